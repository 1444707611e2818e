"""An organisation's old register comes in with its own numbers and dates: all of it, or nothing."""

import hashlib
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import checks, old_importing, old_services
from audit_app.findings.models import Finding, FindingState, Grade, Origin
from audit_app.findings.old_importing import OldPreview
from audit_app.findings.old_models import OldRegister
from audit_app.trail import queries as trail
from tests.databases import both_databases
from tests.findings import factory
from tests.people import People

HEAD = ["NC No.", "Date", "Description", "Type", "Status", "Date closed", "Dept", "Responsible", "Clause",
        "Root cause", "Corrective action", "Due date"]  # fmt: skip
ROWS = [
    ["CAR-17", date(2019, 3, 4), "Backups were not tested.", "Minor", "Closed", date(2019, 5, 2), "Operations",
     "Olga Owner", "8.7.2", "Nobody was named.", "Named the backup administrator.", date(2019, 4, 30)],
    ["CAR-18", date(2020, 6, 1), "Changes without approval.", "Major", "Open", None, "Development", "Otto Owner",
     "8.5.1.2", None, None, date(2020, 7, 1)],
]  # fmt: skip
CHINESE = (
    "编号,审核日期,不符合事实描述,不符合性质,状态,关闭日期,责任部门,责任人,不符合条款,原因分析,整改措施\n"
    "2021-BF-03,2021年3月4日,备份恢复测试未执行,一般不符合,已关闭,2021-04-01,运维部,Olga Owner,8.7.2,职责不清,明确职责\n"
    "2021-BF-04,2021/5/6,变更未审批,严重不符合,整改中,,开发部,Otto Owner,8.5.1.2,,\n"
)


def workbook(rows: list[list[Any]], head: list[str] = HEAD) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "NC 2019-2020"
    sheet.append(["Register of nonconformities"])
    sheet.append([])
    for row in (head, *rows):
        sheet.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def look(data: bytes, name: str = "old.xlsx", **given: Any) -> OldPreview:
    return old_importing.preview(data, name, old_services.known(), **given)


def take_in(people: People, found: OldPreview, **given: Any) -> OldRegister:
    facts: dict[str, Any] = {
        "source": "Shanghai", "filename": "old.xlsx", "sha256": hashlib.sha256(b"x").hexdigest(),
        "sheet": "NC", "mapping": found.headings, "by": people.manager,
    }  # fmt: skip
    return old_services.take_in(found.rows, found.numbers, **facts | given)


def by_code(code: str) -> Finding:
    return db.session.query(Finding).filter_by(code=code).one()


@both_databases
def test_a_register_as_people_keep_it_comes_in_with_its_numbers_and_dates(app: Flask, people: People) -> None:
    found = look(workbook(ROWS))
    assert (found.problems, found.refusal) == ([], None)
    assert (found.count("closed"), found.count("open")) == (1, 1)
    register = take_in(people, found)
    closed, still = by_code("CAR-17"), by_code("CAR-18")
    assert (closed.state, closed.closed_before, closed.closed_on) == (
        FindingState.CLOSED,
        True,
        date(2019, 5, 2),
    )
    assert (closed.raised_on, closed.due_on, closed.clause) == (date(2019, 3, 4), date(2019, 4, 30), "8.7.2")
    assert (closed.department, closed.owner) == (people.ops, people.owner)
    assert "Named the backup administrator." in closed.correction
    assert (closed.old_register_id, closed.old_row) == (register.id, 4)
    assert (still.state, still.grade, still.closed_before) == (FindingState.ISSUED, Grade.MAJOR, False)
    assert (still.issued_by, still.overdue, still.origin) == (people.manager, True, Origin.INTERNAL_AUDIT)
    assert [each.action for each in trail.history(closed)] == ["finding.import"]
    assert [each.action for each in trail.history(register)] == ["old_register.import"]


def test_a_chinese_register_is_read_as_well(people: People) -> None:
    found = look(CHINESE.encode("gb18030"), "台账.csv")
    assert found.problems == []
    assert [(row["code"], row["grade"], row["state"]) for row in found.rows] == [
        ("2021-BF-03", Grade.MINOR, "closed"),
        ("2021-BF-04", Grade.MAJOR, "open"),
    ]
    assert found.rows[1]["department"] == people.dev
    assert found.rows[0]["raised_on"] == date(2021, 3, 4)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (0, None, "needed"),
        (1, today() + timedelta(days=9), "still to come"),
        (5, date(2018, 1, 1), "before it was raised"),
        (3, "Catastrophe", "none of"),
        (0, "C" * 41, "longer than 40"),
    ],
)
def test_a_row_that_cannot_be_is_named_with_its_number_and_left_out(
    people: People, column: int, value: Any, words: str
) -> None:
    row = list(ROWS[0])
    row[column] = value
    found = look(workbook([row, ROWS[1]]))
    assert len(found.rows) == 1
    assert found.problems[0].row == 4
    assert words in str(found.problems[0])


def test_what_nobody_knows_is_said_and_left_empty(people: People) -> None:
    row = list(ROWS[0])
    row[6], row[7], row[5], row[11] = "Typing pool", "Somebody Gone", None, date(2018, 1, 1)
    found = look(workbook([row]))
    said = " ".join(str(each) for each in found.remarks)
    assert "Typing pool" in said
    assert "Somebody Gone" in said
    assert "closed without a day" in said
    assert "due before it was raised" in said
    assert found.rows[0]["department"] is None
    assert found.rows[0]["closed_on"] == date(2019, 3, 4)
    assert found.rows[0]["due_on"] is None


def test_a_number_that_exists_here_or_twice_in_the_file_is_refused(people: People) -> None:
    mine = factory.finding(people)
    taken, twice = [mine.code, *ROWS[0][1:]], ["CAR-17", *ROWS[1][1:]]
    found = look(workbook([taken, ROWS[0], twice]))
    assert [row["code"] for row in found.rows] == ["CAR-17"]
    assert {each.row for each in found.problems} == {4, 6}


def test_an_old_number_that_looks_like_ours_is_never_given_again(people: People) -> None:
    row = [f"NC-{today().year}-007", *ROWS[0][1:]]
    take_in(people, look(workbook([row])))
    assert factory.finding(people).code == f"NC-{today().year}-008"


def test_an_open_row_without_owner_stops_the_whole_import(people: People) -> None:
    nobody = list(ROWS[1])
    nobody[7] = None
    found = look(workbook([ROWS[0], nobody]))
    with pytest.raises(Refused, match="Row 5"):
        take_in(people, found)
    assert db.session.query(Finding).count() == 0
    assert db.session.query(OldRegister).count() == 0
    take_in(people, found, owner=people.owner2)
    assert by_code("CAR-18").owner == people.owner2


@pytest.mark.parametrize("given", [{"source": " "}, {"by": "lead"}])
def test_an_import_says_whose_register_it_is_and_is_the_managers(
    people: People, given: dict[str, Any]
) -> None:
    facts = {key: getattr(people, value) if key == "by" else value for key, value in given.items()}
    with pytest.raises(Refused):
        take_in(people, look(workbook(ROWS)), **facts)


def test_columns_are_remembered_for_the_next_file_of_the_source(people: People) -> None:
    head = [*HEAD]
    head[2], head[6] = "Text A", "Text B"
    first = look(workbook(ROWS, head))
    assert first.refusal is not None, "the column of what is wrong cannot be guessed"
    mapping = first.mapping | {
        "code": "A", "raised_on": "B", "nonconformity": "C", "department": "G", "state": "E", "grade": "D",
        "closed_on": "F", "owner": "H",
    }  # fmt: skip
    found = look(workbook(ROWS, head), mapping=mapping)
    take_in(people, found)
    again = look(workbook([["CAR-19", *ROWS[0][1:]]], head), remembered=old_services.remembered("Shanghai"))
    assert again.mapping["nonconformity"] == "C"
    assert again.mapping["department"] == "G"
    assert old_services.remembered("Elsewhere") == {}
    assert old_services.sources() == ["Shanghai"]


def test_what_was_closed_before_is_exempt_only_until_it_is_opened_again(app: Flask, people: People) -> None:
    take_in(people, look(workbook(ROWS)))
    closed = by_code("CAR-17")
    db.session.commit()
    checks.reopen(closed, reason="It came back", by=people.manager)
    assert closed.reopened == 1
    closed.state = FindingState.CLOSED
    with pytest.raises(Exception, match="closed_nonconformity_is_complete"):
        db.session.flush()
    db.session.rollback()


def test_the_whole_way_in_the_browser(people: People, client_for: Any, parsed: Any) -> None:
    db.session.commit()
    client = client_for(people.manager)
    parsed(client.get("/findings/old"))
    assert client.post("/findings/old", data={"source": "S"}).status_code == 422
    bad = {"file": (BytesIO(b"\x00\x01"), "x.xlsx"), "source": "S"}
    assert client.post("/findings/old", data=bad, content_type="multipart/form-data").status_code == 422
    nobody = [*ROWS[1][:7], None, *ROWS[1][8:]]
    file = {"file": (BytesIO(workbook([ROWS[0], nobody])), "old.xlsx"), "source": "Shanghai"}
    sent = client.post("/findings/old", data=file, content_type="multipart/form-data")
    assert sent.status_code == 303
    url = sent.location
    page = client.get(url)
    parsed(page)
    assert "CAR-17" in page.text
    assert "Closed before this system" in page.text
    parsed(client.get(url + "?mapped=1&col_code=A&order=day&header=3"))
    parsed(client.get(url + "?sheet=Nowhere"))
    columns = {f"col_{key}": letter for key, letter in look(workbook(ROWS)).mapping.items()}
    form = {"mapped": "1", "header": "3", **columns}
    refused = client.post(url, data=form)
    assert refused.status_code == 422
    parsed(refused)
    assert "nobody owns it" in refused.text
    done = client.post(url, data=form | {"owner_id": people.owner.id})
    assert done.status_code == 303
    listed = client.get(done.location)
    assert "CAR-17" in listed.text
    assert "CAR-18" in listed.text
    shown = client.get(f"/findings/{by_code('CAR-17').id}")
    parsed(shown)
    assert "Closed before this system: taken in from “Shanghai” (old.xlsx, row 4)." in shown.text
    assert client.get(f"/findings/{by_code('CAR-17').id}/report").status_code == 200
    assert client.get(url).status_code != 200, "the file is gone"
    assert client_for(people.lead).get("/findings/old").status_code == 403
