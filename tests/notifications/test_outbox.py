"""Notices: one a day, in the person's language, by a real local mail server."""

import socket
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.findings import services as findings
from audit_app.findings.models import Grade
from audit_app.home import due
from audit_app.notifications import queries, services
from tests.databases import both_databases


class Mailbox:
    """Keeps the mails that arrive."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def mailbox():
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    box.url = f"smtp://127.0.0.1:{port}"
    yield box
    controller.stop()


def issued(people, owner, days=3):
    finding = findings.raise_finding(
        grade=Grade.MINOR, title="Backups untested", requirement="Restore is tested", objective_evidence="No record",
        nonconformity="No test since May", location="Room 1", clause="8.7.2", process=people.inc,
        department=people.ops, owner=owner, by=people.manager,
    )  # fmt: skip
    findings.issue(finding, due_on=today() + timedelta(days=days), by=people.manager)
    return finding


@both_databases
def test_a_notice_is_queued_once_a_day_and_person(app, people):
    finding = issued(people, people.owner)
    before = queries.count_unread(people.owner)
    assert services.queue("finding.due", to=people.owner, subject=finding) is not None
    assert services.queue("finding.due", to=people.owner, subject=finding) is None
    assert queries.count_unread(people.owner) == before + 1


def test_gathering_twice_adds_nothing(app, people):
    issued(people, people.owner)
    assert due.gather() == 1
    assert due.gather() == 0


def test_each_person_gets_one_mail_in_their_language_with_a_link(app, people, settings, mailbox):
    people.owner.language = "zh"
    finding = issued(people, people.owner)
    due.gather()
    db.session.commit()
    settings.smtp_url = mailbox.url
    assert services.deliver(settings, lambda notice: f"https://audit.test/findings/{notice.subject_id}") == (
        1,
        0,
    )
    assert services.deliver(settings, lambda notice: "") == (0, 0)
    (mail,) = mailbox.mails
    assert mail["To"] == people.owner.email
    assert "您好" in mail.get_content()
    assert finding.code in mail.get_content()
    assert f"https://audit.test/findings/{finding.id}" in mail.get_content()


def test_a_mail_server_that_is_away_loses_nothing(app, people, settings, mailbox):
    issued(people, people.owner)
    db.session.commit()
    settings.smtp_url = "smtp://127.0.0.1:1"
    assert services.deliver(settings, lambda notice: "")[1] == 1
    settings.smtp_url = mailbox.url
    assert services.deliver(settings, lambda notice: "") == (1, 0)
    assert len(mailbox.mails) == 1


def test_nobody_who_has_left_is_written_to(app, people):
    people.owner.active = False
    finding = issued(people, people.owner2)
    assert services.queue("finding.due", to=people.owner, subject=finding) is None


def test_an_action_past_its_date_is_reminded_of_once_a_week(app, people):
    finding = issued(people, people.owner, days=5)
    finding.next_due_on = today() - timedelta(days=1)
    db.session.flush()
    assert due.gather() == 1
    finding.next_due_on = today() - timedelta(days=7)
    db.session.flush()
    assert due.gather() == 1
    assert due.gather() == 0


def test_what_was_ticked_off_in_the_application_is_not_mailed(app, people, settings, mailbox):
    issued(people, people.owner)
    for notice in queries.unread(people.owner):
        services.mark_read(notice)
    db.session.commit()
    settings.smtp_url = mailbox.url
    assert services.deliver(settings, lambda notice: "") == (0, 0)
    assert mailbox.mails == []
