"""My work, dashboard, search and the trail viewer."""

from datetime import timedelta

import pytest

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.findings import services as findings
from audit_app.findings.models import Grade
from audit_app.home import search, work
from tests.checklists import factory as checklists
from tests.reviews import factory as reviews


@pytest.fixture
def finding(app, people):
    made = findings.raise_finding(
        grade=Grade.MINOR, title="备份恢复未测试", requirement="恢复要测试", objective_evidence="No record of a test",
        nonconformity="No test since May", location="Room 1", clause="8.7.2", process=people.inc,
        department=people.ops, owner=people.owner, by=people.manager,
    )  # fmt: skip
    db.session.commit()
    return made


def keys(person):
    return {pile.kind.key for pile in work.piles(person)}


def test_a_draft_waits_for_the_manager_and_nobody_else(finding, people):
    assert "issue" in keys(people.manager)
    assert keys(people.owner) == set()


def test_an_issued_finding_waits_for_its_owner_and_is_late_after_its_date(finding, people, client_for):
    findings.issue(finding, due_on=today() + timedelta(days=5), by=people.manager)
    (pile,) = [each for each in work.piles(people.owner) if each.kind.key == "answer"]
    assert [task.code for task in pile.tasks] == [finding.code]
    assert pile.late == 0
    finding.next_due_on = today() - timedelta(days=1)
    db.session.flush()
    (pile,) = [each for each in work.piles(people.owner) if each.kind.key == "answer"]
    assert pile.late == 1
    assert finding.code in client_for(people.owner).get("/").get_data(as_text=True)


@pytest.mark.parametrize("words", ["恢复", "备份 测试", "room 1", "NC-", "since may"])
def test_search_finds_two_character_chinese_words_and_every_part(finding, people, words):
    found = {hits.field.endpoint: hits.rows for hits in search.search(words, people.manager)}
    assert finding in found["findings.show"]


@pytest.mark.parametrize("words", ["", "备", "nothing like it", "%%", "__"])
def test_search_finds_nothing_for_too_little_and_takes_wildcards_as_letters(finding, people, words):
    assert search.search(words, people.manager) == []


def test_search_shows_nobody_what_they_may_not_see(finding, people):
    assert search.search("恢复", people.owner2) == []
    assert search.search("恢复", people.reader) == []


@pytest.mark.parametrize("who", ["admin", "manager", "lead", "auditor", "owner", "boss", "reader"])
@pytest.mark.parametrize("path", ["/", "/dashboard", "/search?q=NC", "/search?q="])
def test_every_role_reads_home_dashboard_and_search(finding, people, client_for, parsed, who, path):
    reply = client_for(getattr(people, who)).get(path)
    assert reply.status_code == 200
    parsed(reply)


def test_the_trail_is_for_those_who_may_see_it_and_links_to_its_subjects(finding, people, client_for, parsed):
    findings.issue(finding, due_on=today() + timedelta(days=5), by=people.manager)
    page = client_for(people.reader).get("/trail?action=finding.")
    parsed(page)
    assert f'href="/findings/{finding.id}"' in page.get_data(as_text=True)
    assert client_for(people.owner).get("/trail").status_code == 403


def test_a_notice_is_ticked_off_by_its_own_person_only(finding, people, client_for):
    findings.issue(finding, due_on=today() + timedelta(days=5), by=people.manager)
    db.session.commit()
    from audit_app.notifications import queries as notices

    (notice,) = notices.unread(people.owner)
    assert client_for(people.owner2).post(f"/notices/{notice.id}/read").status_code == 404
    assert client_for(people.owner).post(f"/notices/{notice.id}/read").status_code == 303
    assert notices.unread(people.owner) == []


def test_search_finds_what_a_review_says_for_those_who_read_reviews(app, people, client_for, parsed):
    review = reviews.preparing(people)
    review.inputs[0].text = "机房温度偏高"
    db.session.flush()
    found = {hits.field.endpoint: hits.rows for hits in search.search("温度", people.boss)}
    assert review.inputs[0] in found["reviews.input"]
    assert search.search("温度", people.auditor) == []
    parsed(client_for(people.boss).get("/search?q=温度"))


def test_search_finds_what_the_auditor_noted_last(app, people, client_for, parsed):
    checklist = checklists.checklist(people, "Are backups tested?")
    item = next(each for each in checklist.items if each.assessable)
    first = checklists.answer(item, people.lead, note="磁带库很旧")
    assert [hits.field.endpoint for hits in search.search("磁带", people.manager)] == ["checklists.item"]
    checklists.answer(item, people.lead, note="已更换", base=[first])
    assert search.search("磁带", people.manager) == []
    parsed(client_for(people.manager).get("/search?q=更换"))
