"""A right that is taken away is gone at the next request: in open sessions, calendars, tablets and mails that wait."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from audit_app.accounts import services
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Role
from audit_app.agenda import feeds
from audit_app.checklists import queries as checklists
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.notifications import outbox
from audit_app.notifications.models import Mail, MailState, Notice
from audit_app.notifications.services import queue
from tests.checklists import factory
from tests.checklists.field import batch, take
from tests.notifications.mailbox import LINKS
from tests.notifications.test_outbox import issued
from tests.people import People

ClientFor = Callable[[Person], FlaskClient]


def edited(person: Person, by: Person, **change: Any) -> None:
    """The record as it is, with a change."""
    facts: dict[str, Any] = {
        "email": person.email, "name": person.name, "roles": person.role_set, "department": person.department,
        "language": person.language, "valid_until": person.valid_until,
    }  # fmt: skip
    services.edit_person(person, **(facts | change), by=by)


WAYS: dict[str, Callable[[Person, Person], Any]] = {
    "access ended": lambda person, by: services.deactivate(person, by=by),
    "day passed": lambda person, by: edited(person, by, valid_until=today() - timedelta(days=1)),
    "other role": lambda person, by: edited(person, by, roles=[Role.TOP_MANAGEMENT]),
}
way = pytest.mark.parametrize("way", WAYS)
for_ever = pytest.mark.parametrize("way", ["access ended", "day passed"])


@way
def test_open_sessions_end_at_the_next_request(people: People, client_for: ClientFor, way: str):
    browsers = [client_for(people.auditor), client_for(people.auditor)]
    assert [each.get("/findings/").status_code for each in browsers] == [200, 200]
    WAYS[way](people.auditor, people.admin)
    assert [each.get("/findings/").status_code for each in browsers] == [302, 302]
    assert [each.get("/sync/hello?device=x").status_code for each in browsers] == [401, 401]
    assert [each.post("/devices/end").status_code for each in browsers] == [302, 302]


@for_ever
def test_a_calendar_reads_nothing_any_more(app: Flask, people: People, way: str):
    token = feeds.make(people.auditor)
    db.session.commit()
    calendar = app.test_client()
    assert calendar.get(f"/calendar/{token}.ics").status_code == 200
    WAYS[way](people.auditor, people.admin)
    assert calendar.get(f"/calendar/{token}.ics").status_code == 404


@way
def test_a_tablet_hands_in_what_it_has_and_it_waits_for_the_lead_auditor(
    app: Flask, people: People, client_for: ClientFor, way: str
):
    made = factory.checklist(people)
    tablet = client_for(people.auditor)
    ticket = take(tablet, made).json["ticket"]
    WAYS[way](people.auditor, people.admin)
    given = factory.revision(made.items[0], people.auditor)
    assert tablet.post("/sync", json=batch(given)).status_code == 401
    head = {"Authorization": f"Bearer {ticket}"}
    reply = app.test_client().post("/sync/deposit", json=batch(given), headers=head)
    assert reply.json["results"][given["id"]]["reason"] == "revoked"
    assert checklists.heads(made.audit) == {}


@way
def test_a_mail_that_waits_is_not_sent(
    app: Flask, people: People, settings: Any, mailbox: Any, clock: Any, way: str
):
    people.reader.valid_until = None
    finding = issued(people, people.owner)
    for told in db.session.query(Notice):
        told.unmailed = "read"
    queue("finding.sent_back", to=people.reader, subject=finding)
    assert outbox.pack(settings) == 1
    if way == "other role":
        edited(people.reader, people.admin, roles=[Role.PROCESS_OWNER])
    else:
        WAYS[way](people.reader, people.admin)
    db.session.commit()
    assert outbox.deliver(settings, LINKS) == (0, 0)
    assert mailbox.mails == []
    assert db.session.query(Mail).one().state is MailState.DROPPED
    reason = "hidden" if way == "other role" else "left"
    assert db.session.query(Notice).filter_by(person_id=people.reader.id).one().unmailed == reason


def test_a_mail_is_sent_to_who_may_still_see_the_record(
    app: Flask, people: People, settings: Any, mailbox: Any, clock: Any
):
    finding = issued(people, people.owner)
    for told in db.session.query(Notice):
        told.unmailed = "read"
    queue("finding.sent_back", to=people.reader, subject=finding)
    db.session.commit()
    assert outbox.deliver(settings, LINKS) == (1, 0)
