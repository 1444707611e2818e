"""Actions of an old register: rows of their own where owner and dates are known, else words and the reason."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from audit_app.core.clock import local, today
from audit_app.core.db import db
from audit_app.findings import action_services, deadlines
from audit_app.findings.models import Action, ActionKind, ActionState
from audit_app.trail import queries as trail
from tests.databases import both_databases
from tests.findings import factory
from tests.findings.test_old_registers import HEAD, ROWS, by_code, look, take_in, workbook
from tests.people import People

MORE = ["Action no.", "Action owner", "Action due", "Action done on", "Verified by", "Verified on"]
DONE = ["CA-5", "Otto Owner", date(2019, 4, 20), date(2019, 4, 18), "Leo Lead", date(2019, 4, 25)]
NUMBER, OWNER, DUE, DONE_ON, BY, ON = range(6)


def sheet(action: list[Any] | None = None, row: list[Any] | None = None) -> bytes:
    return workbook([[*(row or ROWS[0]), *(action or DONE)]], HEAD + MORE)


def the_action() -> Action:
    return db.session.query(Action).one()


@both_databases
def test_an_action_comes_in_with_its_number_people_and_dates(app: Flask, people: People) -> None:
    found = look(sheet())
    assert (found.problems, found.remarks, found.actions) == ([], [], 1)
    take_in(people, found)
    action, finding = the_action(), by_code("CAR-17")
    assert (action.code, action.kind, action.state) == ("CA-5", ActionKind.CORRECTIVE, ActionState.VERIFIED)
    assert (action.finding, action.title) == (finding, "Named the backup administrator.")
    assert (action.owner, action.done_by, action.verified_by) == (people.owner2, people.owner2, people.lead)
    assert (action.created_on, action.due_on, action.original_due_on) == (
        date(2019, 3, 4), date(2019, 4, 20), date(2019, 4, 20)
    )  # fmt: skip
    assert action.done_at
    assert action.verified_at
    assert local(action.done_at).date() == date(2019, 4, 18)
    assert local(action.verified_at).date() == date(2019, 4, 25)
    assert finding.correction == "", "the words are the action's now"
    assert [each.action for each in trail.history(action)] == ["action.import"]


def test_owner_and_date_of_the_finding_count_where_the_sheet_has_no_columns_for_them(people: People) -> None:
    still = [*ROWS[1]]
    still[10] = "Every change is approved."
    take_in(people, look(workbook([still])))
    action = the_action()
    assert (action.owner, action.due_on, action.state) == (
        people.owner2, date(2020, 7, 1), ActionState.OPEN
    )  # fmt: skip
    assert action.code == "ACT-2020-001"
    assert deadlines.days_late(action) == (today() - date(2020, 7, 1)).days


def test_an_action_reported_done_waits_for_its_verification_here(people: People) -> None:
    still = [*ROWS[1]]
    still[10] = "Every change is approved."
    take_in(people, look(sheet(["", "Otto Owner", date(2020, 7, 1), date(2020, 6, 20), None, None], still)))
    action = the_action()
    assert action.state is ActionState.DONE
    action_services.verify(action, note="Seen.", by=people.lead)
    assert action.state is ActionState.VERIFIED


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({OWNER: "Somebody Gone"}, "nobody known here"),
        ({OWNER: None}, "nobody known here"),
        ({DUE: None}, "no due date"),
        ({DUE: "soon"}, "cannot be read"),
        ({DUE: date(2019, 1, 1)}, "do not follow"),
        ({DONE_ON: date(2019, 1, 1)}, "do not follow"),
        ({ON: date(2019, 4, 1)}, "do not follow"),
        ({ON: today() + timedelta(days=3)}, "do not follow"),
        ({DONE_ON: None}, "belong together"),
        ({BY: None}, "belong together"),
        ({BY: "Somebody Gone"}, "verified it is not known"),
        ({BY: "Otto Owner"}, "its owner verified it"),
        ({BY: None, ON: None}, "the finding is closed"),
        ({NUMBER: "A" * 41}, "number is too long"),
    ],
)
def test_what_lacks_something_stays_words_and_the_preview_says_why(
    people: People, changed: dict[int, Any], why: str
) -> None:
    action = [changed.get(place, value) for place, value in enumerate(DONE)]
    found = look(sheet(action))
    assert (found.problems, found.actions) == ([], 0)
    assert len(found.remarks) == 1
    assert why in str(found.remarks[0])
    assert str(found.remarks[0]).endswith("row 4.")
    take_in(people, found)
    assert db.session.query(Action).count() == 0
    assert "Named the backup administrator." in by_code("CAR-17").correction


def test_words_too_long_for_an_action_and_an_owner_who_has_left_stay_words(people: People) -> None:
    long = [*ROWS[0]]
    long[10] = "Long. " * 200
    assert "1,000" in str(look(sheet(row=long)).remarks[0])
    still = [*ROWS[1]]
    still[10] = "Every change is approved."
    people.owner2.active = False
    db.session.flush()
    found = look(sheet(["", "Otto Owner", date(2020, 7, 1), None, None, None], still))
    assert any("any more" in str(each) for each in found.remarks)
    assert look(sheet()).actions == 1, "what was done by somebody who has left is still theirs"


def test_a_number_that_is_taken_here_or_twice_in_the_file_names_no_second_action(people: People) -> None:
    mine = factory.at(people, "planned").actions[0]
    rows = [[*ROWS[0], mine.code, *DONE[1:]], *([code, *ROWS[0][1:], *DONE] for code in ("CAR-20", "CAR-21"))]
    found = look(workbook(rows, HEAD + MORE))
    assert [row["action"] is not None for row in found.rows] == [False, True, False]
    assert str(found.remarks[0]).endswith("row 4, 6.")


def test_an_old_action_number_that_looks_like_ours_is_never_given_again(people: People) -> None:
    year = today().year
    take_in(people, look(sheet([f"ACT-{year}-041", *DONE[1:]])))
    assert factory.at(people, "planned").actions[0].code == f"ACT-{year}-042"


def test_one_sentence_names_all_rows_with_the_same_reason(people: People) -> None:
    rows = [[f"CAR-{number}", *ROWS[0][1:]] for number in range(30)]
    found = look(workbook(rows))
    assert len(found.remarks) == 1
    assert "row 4, 5, 6, 7, 8, 9, 10, 11 and 22 more" in str(found.remarks[0])


def test_the_preview_shows_which_actions_come_in(people: People, client_for: Any, parsed: Any) -> None:
    db.session.commit()
    client = client_for(people.manager)
    file = {"file": (BytesIO(sheet()), "old.xlsx"), "source": "Shanghai"}
    url = client.post("/findings/old", data=file, content_type="multipart/form-data").location
    page = client.get(url)
    parsed(page)
    assert "1 corrective action comes with them" in page.text
    columns = {f"col_{key}": letter for key, letter in look(sheet()).mapping.items()}
    done = client.post(url, data={"mapped": "1", "header": "3", **columns})
    assert done.status_code == 303
    shown = client.get(f"/findings/actions/{the_action().id}")
    assert "CA-5" in shown.text
