"""Another lead or team in an approved programme needs its reason, which the next version shows."""

import pytest

from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.programme import services, versions
from audit_app.programme.models import TeamRole
from audit_app.trail import queries as trail
from tests.planning.test_routes import words
from tests.programme.factory import approve, plan_audit


def approved(people, **facts):
    audit = plan_audit(people, **facts)
    approve(people, audit.programme)
    return audit


def test_another_lead_needs_a_reason_and_without_one_nothing_changes(people):
    audit = approved(people)
    with db.session.begin_nested() as savepoint:
        with pytest.raises(Refused, match="Say why it changes") as refused:
            services.set_team(audit, people.manager, [], " ", by=people.manager)
        savepoint.rollback()
    assert refused.value.field == "change_reason"
    db.session.refresh(audit)
    assert audit.lead is people.lead


def test_the_reason_is_kept_in_the_trail_and_shown_with_the_difference(people):
    audit = approved(people)
    team = [(people.auditor, TeamRole.AUDITOR)]
    services.set_team(audit, people.lead, team, "Two days are too short for one.", by=people.manager)
    (found,), _gaps = versions.since_approval(audit.programme)
    assert found.reason == "Two days are too short for one."
    assert [(str(label), before, after) for label, before, after in found.facts] == [
        ("Audit team", "", "Ana Auditor (Auditor)")
    ]
    entry = trail.history(audit)[0]
    assert "Two days are too short for one." in str(entry.changes) + str(entry.sentence)
    services.approve_changes(audit.programme, "A second auditor", by=people.boss)
    newest = versions.of(audit.programme)[-1]
    assert (newest.number, newest.audits[0].scope["team"]) == (2, ["Ana Auditor (auditor)"])  # its key


def test_the_first_lead_completes_the_plan_and_asks_for_nothing(people):
    audit = approved(people, lead=None)
    services.set_team(audit, people.lead, [(people.auditor, TeamRole.AUDITOR)], by=people.manager)
    assert versions.since_approval(audit.programme)[0] == []


def test_a_draft_programme_asks_for_no_reason(people):
    audit = plan_audit(people)
    services.set_team(audit, people.manager, [], by=people.manager)
    assert audit.lead is people.manager


def test_the_page_asks_keeps_what_was_chosen_and_then_takes_it(people, client_for):
    audit = approved(people)
    db.session.commit()
    client, url = client_for(people.manager), f"/programme/audits/{audit.id}/team"
    assert "Why the team changes" in words(client.get(url))
    chosen = {"lead": people.manager.id, "members": [people.auditor.id], "change_reason": ""}
    refused = client.post(url, data=chosen)
    assert refused.status_code == 422
    assert "Say why it changes" in words(refused)
    assert f'<option selected value="{people.manager.id}">' in refused.text
    assert client.post(url, data=chosen | {"change_reason": "Leo is ill."}).status_code == 303
    db.session.expire_all()
    assert (audit.lead_id, audit.change_reason) == (people.manager.id, "Leo is ill.")
