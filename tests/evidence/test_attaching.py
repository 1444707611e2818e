"""Whether a file may be added now is asked of the record it would hang on; the page hides what would be refused."""

import io

import pytest
from flask_babel import force_locale

from audit_app.core.db import db
from audit_app.evidence import queries
from audit_app.findings import action_services
from audit_app.findings import services as findings
from audit_app.programme.models import AuditState, TeamMember, TeamRole
from audit_app.reviews.models import ReviewState
from audit_app.subjects import SUBJECTS
from tests.checklists import factory as checklists
from tests.evidence import made
from tests.findings import factory
from tests.reviews import factory as reviews

PNG = made.picture()


def send(client, subject, as_script=False):
    headers = {"X-Requested-With": "fetch", "Accept": "application/json"} if as_script else {}
    return client.post(
        f"/evidence/{subject.__tablename__}/{subject.id}",
        data={"files": (io.BytesIO(PNG), "x.png")},
        headers=headers,
    )


def words(subject, person):
    with force_locale("en"):
        found = queries.refusal(subject, person)
        return None if found is None else str(found)


def page_of(client, address):
    reply = client.get(address)
    assert reply.status_code == 200
    return reply.get_data(as_text=True)


def taken(client, subject):
    reply = send(client, subject)
    assert reply.status_code == 303
    return len(queries.of(subject)) == 1


def test_every_kind_of_record_has_a_rule(app):
    assert set(queries.RULES) == set(queries.DOORS) == set(SUBJECTS)
    assert all(callable(each) for each in queries.RULES.values())


@pytest.mark.parametrize("state", list(AuditState))
def test_an_audit_takes_files_until_it_is_closed_or_cancelled(app, people, client_for, state):
    audit = checklists.audit(people, state=state)
    db.session.commit()
    shut = state in (AuditState.CLOSED, AuditState.CANCELLED)
    assert bool(words(audit, people.lead)) is shut
    page = page_of(client_for(people.lead), f"/programme/audits/{audit.id}")
    assert (f"/evidence/audit/{audit.id}" in page) is not shut
    assert taken(client_for(people.lead), audit) is not shut


@pytest.mark.parametrize("state", list(AuditState))
def test_a_question_takes_files_while_it_takes_answers(app, people, client_for, state):
    item = next(i for i in checklists.checklist(people).items if i.assessable)
    audit = item.checklist.audit
    audit.state = state
    db.session.commit()
    page = page_of(client_for(people.auditor), f"/checklist-items/{item.id}")
    assert (f"/evidence/checklist_item/{item.id}" in page) is audit.open_for_answers
    assert taken(client_for(people.auditor), item) is audit.open_for_answers


def test_a_refused_photo_tells_the_tablet_why(app, people, client_for):
    item = next(i for i in checklists.checklist(people).items if i.assessable)
    item.checklist.audit.state = AuditState.CLOSED
    reply = send(client_for(people.auditor), item, as_script=True)
    assert reply.status_code == 422
    assert reply.json["message"].startswith("This audit takes no answers any more.")
    assert queries.of(item) == []


def test_only_the_team_attaches_to_a_question(app, people, client_for):
    item = next(i for i in checklists.checklist(people).items if i.assessable)
    audit = item.checklist.audit
    audit.members.append(TeamMember(person=people.auditor2, role=TeamRole.OBSERVER))
    db.session.commit()
    for person in (people.auditor2, people.owner, people.manager):
        assert "audit team" in words(item, person)
        assert taken(client_for(person), item) is False
    assert words(item, people.lead) is None


@pytest.mark.parametrize("state", factory.PATH)
def test_a_finding_takes_files_until_it_is_closed(app, people, client_for, state):
    finding = factory.at(people, state)
    db.session.commit()
    shut = state == "closed"
    before = len(queries.of(finding))
    page = page_of(client_for(people.manager), f"/findings/{finding.id}")
    assert (f"/evidence/finding/{finding.id}" in page) is not shut
    send(client_for(people.manager), finding)
    assert len(queries.of(finding)) - before == (0 if shut else 1)


def test_a_withdrawn_finding_takes_no_files(app, people):
    finding = findings.withdraw(factory.at(people, "issued"), reason="Wrong area.", by=people.lead)
    assert "withdrawn" in words(finding, people.lead)


def test_an_action_takes_files_until_it_is_verified_or_cancelled(app, people, client_for):
    action = factory.at(people, "planned").actions[0]
    assert words(action, people.owner) is None
    action_services.done(action, note="Form changed.", by=people.owner)
    assert taken(client_for(people.owner), action)
    action_services.verify(action, note="Seen.", by=people.auditor2)
    db.session.commit()
    assert "verified" in words(action, people.owner)
    page = page_of(client_for(people.owner), f"/findings/actions/{action.id}")
    assert f"/evidence/action/{action.id}" not in page
    send(client_for(people.owner), action)
    assert len(queries.of(action)) == 1


def test_a_review_and_its_inputs_take_files_before_the_approval(app, people, client_for):
    assert taken(client_for(people.boss), reviews.planned(people))
    review = reviews.preparing(people)
    assert taken(client_for(people.boss), review)
    assert taken(client_for(people.boss), review.inputs[0])


def test_an_approved_review_takes_no_files(app, people):
    review = reviews.preparing(people)
    row = review.inputs[0]
    review.state = ReviewState.APPROVED
    for subject in (review, row):
        assert "frozen" in words(subject, people.boss)


def test_who_only_reads_attaches_nothing(app, people, client_for):
    audit = checklists.audit(people)
    assert "only reads" in words(audit, people.reader)
    assert "/evidence/audit/" not in page_of(client_for(people.reader), f"/programme/audits/{audit.id}")
    assert send(client_for(people.reader), audit).status_code == 403
    assert queries.of(audit) == []
