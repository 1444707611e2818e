"""What a person may not see does not exist: not by its address, not in a list, a search, a sheet or a chart."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from audit_app.accounts.models import Person
from audit_app.core.db import db
from tests.house.world import World

Clients = Callable[[Person], FlaskClient]
EVERYBODY = {
    "administrator",
    "programme manager",
    "lead auditor",
    "auditor",
    "process owner",
    "top management",
    "read-only",
}
REVIEWS_TO = {"administrator", "programme manager", "top management", "read-only"}
"""Who reads every management review; a process owner those they are invited to."""
NOT_OWNER = EVERYBODY - {"process owner"}


def objects(world: World) -> dict[str, tuple[str, set[str]]]:
    """Address of each thing, and the roles that see it. The process owner is Olga; the foreign things are Otto's."""
    made, reviews = world.findings, world.more["reviews"]
    own_input = next(each for each in reviews["preparing"].inputs if each.owner_id == world.people.owner.id)
    return {
        "a finding of one's own area": (f"/findings/{made['planned'].id}", EVERYBODY),
        "its action": (f"/findings/actions/{world.action.id}", EVERYBODY),
        "a closed finding": (f"/findings/{made['closed'].id}", EVERYBODY),
        "its report": (f"/findings/{made['planned'].id}/report", EVERYBODY),
        "a draft": (f"/findings/{world.draft.id}", EVERYBODY - {"process owner", "read-only"}),
        "a finding of another area": (f"/findings/{world.foreign_finding.id}", EVERYBODY - {"process owner", "auditor"}),
        "its report on paper": (f"/findings/{world.foreign_finding.id}/report", EVERYBODY - {"process owner", "auditor"}),
        "its action there": (f"/findings/actions/{world.foreign_action.id}", EVERYBODY - {"process owner", "auditor"}),
        "its file": (f"/evidence/{world.files['foreign'].id}", EVERYBODY - {"process owner", "auditor"}),
        "a file of one's own area": (f"/evidence/{world.files['finding'].id}", EVERYBODY),
        "a file of an action": (f"/evidence/{world.files['action'].id}", EVERYBODY),
        "a file of an audit": (f"/evidence/{world.files['audit'].id}", EVERYBODY),
        "a file of a question": (f"/evidence/{world.files['checklist_item'].id}", EVERYBODY),
        "an audit of one's own area": (f"/programme/audits/{world.audit.id}", EVERYBODY),
        "an audit of another area": (f"/programme/audits/{world.other_audit.id}", NOT_OWNER),
        "its plan": (f"/audits/{world.other_audit.id}/plan", NOT_OWNER),
        "its plan on paper": (f"/audits/{world.other_audit.id}/plan.pdf", NOT_OWNER),
        "its meetings": (f"/audits/{world.other_audit.id}/meetings", NOT_OWNER),
        "its attendance": (f"/audits/{world.other_audit.id}/attendance.pdf", NOT_OWNER),
        "its checklists": (f"/audits/{world.other_audit.id}/checklists", NOT_OWNER),
        "its fieldwork": (f"/audits/{world.other_audit.id}/fieldwork", NOT_OWNER),
        "its record on paper": (f"/audits/{world.other_audit.id}/record.pdf", NOT_OWNER),
        "its record as a sheet": (f"/audits/{world.other_audit.id}/record.xlsx", NOT_OWNER),
        "its answers": (f"/sync/changes?audit={world.other_audit.id}&after=0", NOT_OWNER),
        "a question of one's own area": (f"/checklist-items/{world.item.id}", EVERYBODY),
        "a published checklist": (f"/checklists/versions/{world.published.id}", EVERYBODY),
        "an indicator": (f"/indicators/{world.more['typed'].id}", EVERYBODY),
        "a service": (f"/indicators/services/{world.more['services']['service'].id}", EVERYBODY),
        "an objective": (f"/indicators/objectives/{world.more['services']['objective'].id}", EVERYBODY),
        "a review": (f"/reviews/{reviews['approved'].id}", REVIEWS_TO | {"process owner"}),
        "its pack": (f"/reviews/{reviews['approved'].id}/pack", REVIEWS_TO | {"process owner"}),
        "its pack on paper": (f"/reviews/{reviews['approved'].id}/pack.pdf", REVIEWS_TO | {"process owner"}),
        "a review in preparation": (f"/reviews/{reviews['preparing'].id}", REVIEWS_TO | {"process owner"}),
        "an input of one's own": (f"/reviews/inputs/{own_input.id}", REVIEWS_TO | {"process owner"}),
        "an action of one's own": (
            f"/findings/actions/{reviews['approved'].decisions[0].action_id}", REVIEWS_TO | {"process owner"},
        ),
        "a checklist in draft": (
            f"/checklists/versions/{world.template_draft.id}", {"programme manager", "lead auditor"},
        ),
    }  # fmt: skip


def test_each_thing_is_there_for_those_who_see_it_and_not_found_for_the_others(
    app: Flask, world: World, client_for: Clients
):
    wrong = []
    for role, person in world.everybody.items():
        client = client_for(person)
        for name, (url, seen_by) in objects(world).items():
            status = client.get(url).status_code
            if status not in ({200} if role in seen_by else {403, 404}):
                wrong.append(f"{role}, {name} ({url}): {status}")
    assert not wrong, "\n".join(wrong)


def test_a_thing_that_is_hidden_cannot_be_changed_either(app: Flask, world: World, client_for: Clients):
    client = client_for(world.people.owner)
    foreign, other = world.foreign_finding.id, world.other_audit.id
    for url in (
        f"/findings/{foreign}/step/analyse", f"/findings/{foreign}/actions/new",
        f"/findings/actions/{world.foreign_action.id}/step/done", f"/evidence/finding/{foreign}",
        f"/evidence/action/{world.foreign_action.id}", f"/findings/{foreign}/comments",
        f"/findings/actions/{world.foreign_action.id}/comments",
    ):  # fmt: skip
        assert client.post(url, data={"note": "x", "cause": "x"}).status_code == 404, url
    auditor = client_for(world.people.auditor2)
    assert auditor.post(f"/audits/{other}/fieldwork/answer", data={}).status_code in (303, 404, 422)
    assert auditor.post(f"/findings/{foreign}/step/withdraw", data={"reason": "x"}).status_code == 404


def words_in(content: bytes) -> str:
    book = load_workbook(BytesIO(content))
    return "\n".join(
        str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value
    )


LISTS = (
    "/findings/",
    "/findings/actions",
    "/programme/audits",
    "/programme/",
    "/dashboard",
    "/search?q=变更",
    "/",
)


def test_lists_search_and_dashboard_name_nothing_hidden(app: Flask, world: World, client_for: Clients):
    client = client_for(world.people.owner)
    hidden = [world.foreign_finding.code, world.foreign_action.code, world.other_audit.code, world.other_audit.title,
              world.draft.code]  # fmt: skip
    for url in LISTS:
        text = client.get(url).get_data(as_text=True)
        assert [each for each in hidden if each in text] == [], url
    boss = client_for(world.people.boss)
    assert world.foreign_finding.code in boss.get("/findings/").get_data(as_text=True)


@pytest.mark.parametrize("url", ["/findings/export", "/findings/actions/export", "/programme/audits.xlsx"])
def test_sheets_hold_the_same_rows_as_the_lists(app: Flask, world: World, client_for: Clients, url: str):
    hidden = {world.foreign_finding.code, world.foreign_action.code, world.other_audit.code, world.draft.code}
    own = {world.findings["planned"].code, world.action.code, world.audit.code}
    mine = words_in(client_for(world.people.owner).get(url).get_data())
    everything = words_in(client_for(world.people.manager).get(url).get_data())
    assert not [code for code in hidden if code in mine]
    assert [code for code in own if code in mine]
    assert [code for code in hidden if code in everything]


def test_figures_of_the_dashboard_count_only_what_the_person_sees(
    app: Flask, world: World, client_for: Clients
):
    from audit_app.home import dashboard

    seen = {}
    for name, person in (("owner", world.people.owner), ("boss", world.people.boss)):
        with app.test_request_context():
            board = dashboard.compile_for(person)
            seen[name] = sum(row[1] for row in dashboard.months_with_rows(board.findings))
        db.session.rollback()
    assert seen["boss"] > seen["owner"] > 0


def test_a_person_without_any_area_sees_no_audit_and_no_finding(
    app: Flask, world: World, client_for: Clients
):
    from audit_app.accounts.permissions import Role
    from tests.people import add_person

    newcomer = add_person("Nora New", "new@example.org", Role.PROCESS_OWNER)
    db.session.commit()
    client = client_for(newcomer)
    for name, (url, _seen) in objects(world).items():
        if name not in ("an indicator", "a service", "an objective", "a published checklist"):
            assert client.get(url).status_code in (403, 404), name
