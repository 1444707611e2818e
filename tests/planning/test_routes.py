"""The pages of planning: what people see, what is kept when refused, and the way from a cell to its answers."""

import re
from html import unescape
from io import BytesIO

from openpyxl import load_workbook

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.planning import services
from audit_app.planning.models import Proposal, ProposalState
from audit_app.programme.models import Audit
from tests.house.world import build
from tests.programme.factory import plan_audit, plan_year

YEAR, NEXT = today().year, today().year + 1


def words(page):
    """A page as text."""
    return unescape(re.sub(r"<[^>]+>", " ", page.text))


def ticked(page):
    """The values of the boxes that are ticked."""
    boxes = re.findall(r"<input[^>]*\bchecked\b[^>]*>", page.text)
    return [re.search('value="([^"]+)"', box).group(1) for box in boxes]


def test_the_manager_has_a_programme_proposed_adjusts_it_and_plans_it(people, client_for):
    client = client_for(people.manager)
    made = client.post("/programme/proposals/new", data={"first_year": NEXT, "years": "1"})
    assert made.status_code == 303
    page = client.get(made.location)
    assert "Never audited so far (3 points)" in words(page)
    proposal = db.session.query(Proposal).one()
    line = next(each for each in proposal.lines if each.code == "INC")
    url, month = f"/programme/proposals/lines/{line.id}", NEXT * 12 + 8
    refused = client.post(url, data={"months": [month], "days": "1.5", "reason": ""})
    assert refused.status_code == 422
    assert ticked(refused) == [str(month)]
    assert 'value="1.5"' in refused.text
    assert client.post(url, data={"months": [month], "days": "1.5", "reason": "夏季后"}).status_code == 303
    assert "夏季后" in client.get(made.location).text
    assert (
        client.post(f"/programme/proposals/{proposal.id}/plan", data={"propose_leads": "y"}).status_code
        == 303
    )
    audits = db.session.query(Audit).all()
    assert db.session.query(Proposal).one().state is ProposalState.PLANNED
    assert any(audit.starts_on.month == 9 for audit in audits)
    assert all(audit.code in client.get(made.location).text for audit in audits)


def test_a_year_that_is_over_keeps_what_was_typed(people, client_for):
    refused = client_for(people.manager).post(
        "/programme/proposals/new", data={"first_year": YEAR - 1, "years": "3"}
    )
    assert refused.status_code == 422
    assert "the past is not planned any more" in refused.text
    assert f'value="{YEAR - 1}"' in refused.text


def test_two_people_who_adjust_a_line_see_each_other(people, client_for):
    proposal = services.propose(NEXT, 1, by=people.manager)
    line = next(each for each in proposal.lines if each.code == "INC")
    db.session.commit()
    url, old = f"/programme/proposals/lines/{line.id}", line.version
    data = {"months": [NEXT * 12 + 8], "days": "1", "reason": "A"}
    client = client_for(people.manager)
    assert client.post(url, data=data | {"version": old}).status_code == 303
    stale = client.post(url, data=data | {"days": "2", "version": old})
    assert stale.status_code == 422
    assert "Somebody else saved this record" in stale.text


def test_a_gap_is_justified_on_its_page_and_without_reason_nothing_is_lost(people, client_for):
    plan_audit(people)
    db.session.commit()
    client, url = client_for(people.manager), f"/programme/{YEAR}/gaps"
    assert "Clause 4.1 is not covered by any audit of this year." in client.get(url).text
    refused = client.post(url, data={"gaps": ["clause:4.1", "process:CHG"], "reason": ""})
    assert refused.status_code == 422
    assert "a gap needs its reason" in refused.text
    assert ticked(refused) == ["clause:4.1", "process:CHG"]
    assert client.post(url, data={"gaps": ["clause:4.1"], "reason": "去年已审核"}).status_code == 303
    assert "去年已审核" in client.get(url).text
    assert client.post(f"{url}/clause:4.1/withdraw").status_code == 303
    assert "去年已审核" not in client.get(url).text.split('id="gaps"')[0]


def test_the_reasons_of_the_proposal_are_taken_over_in_one_step(people, client_for):
    people.inc.importance = 1
    plan_audit(people)
    proposal = services.propose(NEXT, 3, by=people.manager)
    line = next(each for each in proposal.lines if each.code == "INC")
    services.adjust(line, [NEXT * 12 + 18], 1, "New desk in two years", by=people.manager)
    services.plan_audits(proposal, by=people.manager)
    db.session.commit()
    client, url = client_for(people.manager), f"/programme/{NEXT}/gaps"
    page = words(client.get(url))
    assert "Of the proposal: New desk in two years" in page
    assert client.post(f"{url}/suggested").status_code == 303
    assert "Of the proposal" not in words(client.get(url))


def test_from_a_cell_it_is_two_clicks_to_the_answers(people, client_for):
    world = build(people)
    client = client_for(people.manager)
    page = client.get(f"/programme/{YEAR}/coverage?by=clause&across=audit")
    links = [unescape(each) for each in re.findall(r'href="([^"]*coverage/cell[^"]*)"', page.text)]
    link = next(each for each in links if "row=8.6.1&" in each and f"column={world.audit.id}" in each)
    behind = client.get(link)
    assert behind.status_code == 200
    assert "又看了五份" in behind.text  # the later answer counts
    assert "看过十份记录" not in behind.text
    item = re.search(r'href="(/checklist-items/\d+)"', behind.text).group(1)
    assert client.get(item).status_code == 200


def test_an_unknown_cell_does_not_exist(people, client_for):
    plan_audit(people)
    db.session.commit()
    client = client_for(people.manager)
    assert client.get(f"/programme/{YEAR}/coverage/cell?row=99&column=1").status_code == 404
    assert client.get(f"/programme/{YEAR}/coverage/cell").status_code == 404


def test_the_map_reads_without_colour_and_by_keyboard(people, client_for):
    audit = plan_audit(people)
    db.session.commit()
    page = client_for(people.reader).get(f"/programme/{YEAR}/coverage").text
    cell = re.search(rf'<a href="[^"]*column={audit.id}[^"]*"[^>]*>.*?</a>', page, re.S).group(0)
    assert "○" in cell
    assert "Planned" in cell
    assert 'tabindex="0"' in page
    assert (
        "61 rows" in words(client_for(people.reader).get(f"/programme/{YEAR}/coverage"))
        or "not covered" in page
    )


def test_the_map_of_the_cycle_is_a_sheet_in_chinese_too(people, client_for):
    audit = plan_audit(people)
    plan_audit(people, plan_year(people, NEXT))
    db.session.commit()
    reply = client_for(people.manager).get(
        f"/programme/{YEAR}/coverage.xlsx?by=process&across=month&span=cycle&lang=zh"
    )
    sheet = load_workbook(BytesIO(reply.data)).active
    cells = [str(value) for row in sheet.iter_rows(values_only=True) for value in row if value]
    assert f"{audit.starts_on:%Y-%m}" in cells
    assert "○ 已策划" in cells
    assert any("事件管理" in each for each in cells)


def test_who_does_not_see_every_audit_sees_neither_map_nor_proposals(people, client_for):
    plan_audit(people)
    proposal = services.propose(NEXT, 1, by=people.manager)
    db.session.commit()
    client = client_for(people.owner)
    for path in (
        f"{YEAR}/coverage",
        f"{YEAR}/gaps",
        f"{YEAR}/versions",
        "proposals",
        f"proposals/{proposal.id}",
    ):
        assert client.get(f"/programme/{path}").status_code == 404, path


def test_an_auditor_reads_the_gaps_but_gives_no_reason(people, client_for):
    plan_audit(people)
    db.session.commit()
    client = client_for(people.auditor)
    assert client.get(f"/programme/{YEAR}/gaps").status_code == 200
    assert (
        client.post(f"/programme/{YEAR}/gaps", data={"gaps": "clause:4.1", "reason": "X"}).status_code == 403
    )


def test_a_change_of_a_process_is_told_on_its_page_and_weighs_until_ended(people, client_for):
    client = client_for(people.manager)
    data = {"process_id": people.inc.id, "kind": "change", "since": today().isoformat(), "sentence": ""}
    refused = client.post("/programme/weights/new", data=data)
    assert refused.status_code == 422
    assert client.post("/programme/weights/new", data=data | {"sentence": "换了工具"}).status_code == 303
    page = client.get("/programme/proposals").text
    assert "换了工具" in page
    end = re.search(r'action="(/programme/weights/\d+/end)"', page).group(1)
    assert client.post(end).status_code == 303
    assert "No longer holds" not in words(client.get("/programme/proposals"))


def test_a_cycle_is_shown_by_year_until_somebody_asks_for_more(people, client_for):
    plan_audit(people)
    db.session.commit()
    client = client_for(people.manager)
    page = client.get(f"/programme/{YEAR}/coverage?by=clause&span=cycle")
    assert page.status_code == 200
    assert "heat-year" in page.text
    page = client.get(f"/programme/{YEAR}/coverage?by=clause&across=year")
    assert "heat-audit" in page.text
