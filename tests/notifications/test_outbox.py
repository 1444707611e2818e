"""Notices become mails: one a day, in the person's language, sent once, tried again, parked when hopeless."""

import threading
from datetime import timedelta

import pytest

from audit_app.accounts.permissions import Role
from audit_app.accounts.sign_in import ensure_roles
from audit_app.core.clock import at, now, today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import services as findings
from audit_app.findings.models import Grade
from audit_app.home import due
from audit_app.notifications import outbox, queries, services
from audit_app.notifications.models import Mail, MailState, Notice
from tests.databases import both_databases
from tests.notifications.conftest import MONDAY
from tests.notifications.mailbox import LINKS, text_of

HOUR = timedelta(hours=1)


def issued(people, owner, days=3, title="Backups untested"):
    finding = findings.raise_finding(
        grade=Grade.MINOR, title=title, requirement="Restore is tested", objective_evidence="No record",
        nonconformity="No test since May", location="Room 1", clause="8.7.2", process=people.inc,
        department=people.ops, owner=owner, by=people.manager,
    )  # fmt: skip
    findings.issue(finding, due_on=today() + timedelta(days=days), by=people.manager)
    return finding


def told(person, subject, kind="finding.due"):
    """One waiting notice of a kind, and nothing else."""
    notice = services.queue(kind, to=person, subject=subject)
    for other in db.session.query(Notice).filter(Notice.id != notice.id):
        other.unmailed = "read"
    db.session.commit()
    return notice


def sees_all(*people):
    """Give people a role that sees every finding: nobody is written to about what they may not see."""
    for person in people:
        person.roles = [*person.roles, ensure_roles()[Role.READ_ONLY]]


def mails():
    db.session.expire_all()
    return db.session.query(Mail).order_by(Mail.id).all()


@both_databases
def test_a_notice_is_queued_once_a_day_and_person(app, people, clock):
    finding = issued(people, people.owner)
    before = queries.count_unread(people.owner)
    assert services.queue("finding.due", to=people.owner, subject=finding) is not None
    assert services.queue("finding.due", to=people.owner, subject=finding) is None
    assert queries.count_unread(people.owner) == before + 1


@both_databases
def test_gathering_twice_adds_nothing(app, people, clock):
    issued(people, people.owner)
    assert due.gather() == 1
    assert due.gather() == 0


def test_each_person_gets_one_digest_in_their_language_with_a_link(app, people, settings, mailbox, clock):
    people.owner.language = "zh"
    finding, other = issued(people, people.owner), issued(people, people.owner, title="Logs unread")
    for notice in db.session.query(Notice):  # what was issued is told at once; here the digest is looked at
        notice.unmailed = "read"
    due.gather()
    db.session.commit()
    assert outbox.deliver(settings, LINKS) == (1, 0)
    assert outbox.deliver(settings, LINKS) == (0, 0)
    (mail,) = mailbox.mails
    assert mail["To"] == people.owner.email
    assert "您好" in text_of(mail)
    assert f"https://audit.test/finding/{finding.id}" in text_of(mail)
    assert f"https://audit.test/finding/{other.id}" in text_of(mail)
    assert mail["Subject"].startswith("2 ")
    assert "https://audit.test/notices/settings" in text_of(mail)


def test_what_cannot_wait_goes_at_once_and_the_digest_of_the_day_only_once(
    app, people, settings, mailbox, clock
):
    finding = issued(people, people.owner, days=30)
    db.session.commit()
    assert outbox.deliver(settings, LINKS) == (1, 0)  # issued: at once
    services.queue("finding.extended", to=people.owner, subject=finding)
    db.session.commit()
    assert outbox.deliver(settings, LINKS) == (1, 0)  # ten o'clock: the digest's hour has come
    services.queue("finding.late", to=people.owner, subject=finding)
    db.session.commit()
    assert outbox.deliver(settings, LINKS) == (0, 0)
    services.queue("finding.sent_back", to=people.owner, subject=finding)
    db.session.commit()
    assert outbox.deliver(settings, LINKS) == (1, 0)
    clock(MONDAY + timedelta(days=1) - 3 * HOUR)  # seven in the morning
    assert outbox.deliver(settings, LINKS) == (0, 0)
    clock(MONDAY + timedelta(days=1) - 2 * HOUR)
    assert outbox.deliver(settings, LINKS) == (1, 0)
    assert "is late" in mailbox.mails[-1]["Subject"]


def test_a_person_may_choose_another_hour(app, people, settings, mailbox, clock):
    services.choose(people.owner, hour=15, muted=[], by=people.owner)
    told(people.owner, issued(people, people.owner))
    assert outbox.deliver(settings, LINKS) == (0, 0)
    clock(MONDAY + 5 * HOUR)
    assert outbox.deliver(settings, LINKS) == (1, 0)


def test_in_quiet_hours_and_on_days_off_nothing_is_sent_and_nothing_is_lost(
    app, people, settings, mailbox, clock
):
    friday = MONDAY - timedelta(days=3) + 11 * HOUR  # nine in the evening
    clock(friday)
    finding = told(people.owner, issued(people, people.owner), "finding.sent_back")
    for moment in (friday, friday + 14 * HOUR, friday + 38 * HOUR):
        clock(moment)
        assert outbox.deliver(settings, LINKS) == (0, 0)
    clock(MONDAY - 3 * HOUR)
    assert outbox.deliver(settings, LINKS) == (1, 0)
    assert finding.sent_at is not None


def test_a_mail_server_that_is_away_loses_nothing_and_three_days_become_one_digest(
    app, people, settings, mailbox, clock
):
    working, settings.smtp_url = settings.smtp_url, "smtp://127.0.0.1:1"
    finding = issued(people, people.owner, days=20)
    told(people.owner, finding)
    assert outbox.deliver(settings, LINKS) == (0, 1)
    assert outbox.deliver(settings, LINKS) == (0, 0)  # five minutes of patience
    assert "refused" in mails()[0].last_error.casefold()
    identity = mails()[0].message_id
    for day in (1, 2):
        clock(MONDAY + timedelta(days=day))
        services.queue("finding.extended", to=people.owner, subject=finding)
        db.session.commit()
        assert outbox.deliver(settings, LINKS) == (0, 1)
    settings.smtp_url = working
    clock(MONDAY + timedelta(days=2) + 2 * HOUR)
    assert outbox.deliver(settings, LINKS) == (1, 0)
    (mail,) = mailbox.mails
    assert mail["Message-ID"] == identity
    assert len(mailbox.items()) == 3


def test_a_refused_address_is_parked_with_the_reason_and_the_others_are_served(
    app, people, settings, mailbox, clock
):
    mailbox.refuse[people.owner.email] = "550 no such mailbox"
    sees_all(people.owner2)
    finding = issued(people, people.owner)
    services.queue("finding.issued", to=people.owner2, subject=finding)
    db.session.commit()
    assert outbox.deliver(settings, LINKS) == (1, 1)
    parked = next(each for each in mails() if each.person_id == people.owner.id)
    assert (parked.state, parked.last_error) == (MailState.FAILED, "550 no such mailbox")
    clock(MONDAY + timedelta(days=1))
    assert outbox.deliver(settings, LINKS) == (0, 0)
    mailbox.refuse.clear()
    outbox.resend(parked, by=people.admin)
    db.session.commit()
    assert outbox.deliver(settings, LINKS) == (1, 0)
    assert mails()[parked.id - 1].state is MailState.SENT
    with pytest.raises(Refused):
        outbox.resend(parked, by=people.admin)


def test_a_temporary_refusal_is_tried_for_days_with_longer_pauses_and_then_parked(
    app, people, settings, mailbox, clock
):
    mailbox.refuse[people.owner.email] = "451 try later"
    told(people.owner, issued(people, people.owner, days=30))
    assert outbox.deliver(settings, LINKS) == (0, 1)
    moment, attempts = MONDAY, 1
    while mails()[0].state is MailState.WAITING:
        moment += HOUR / 2
        clock(moment)
        attempts += outbox.deliver(settings, LINKS)[1]
    assert mails()[0].state is MailState.FAILED
    assert moment - MONDAY > timedelta(days=6)
    assert mails()[0].attempts == attempts > 20
    assert mailbox.mails == []
    assert [outbox.pause_after(n) / timedelta(minutes=1) for n in (1, 2, 3, 4, 5, 99)] == [
        5,
        10,
        20,
        40,
        60,
        60,
    ]


def test_a_text_that_is_refused_for_good_is_parked_and_one_refused_for_now_waits(
    app, people, settings, mailbox, clock
):
    told(people.owner, issued(people, people.owner))
    mailbox.at_data = "452 mailbox full"
    assert outbox.deliver(settings, LINKS) == (0, 1)
    assert mails()[0].state is MailState.WAITING
    mailbox.at_data = "554 looks like spam"
    clock(MONDAY + HOUR)
    assert outbox.deliver(settings, LINKS) == (0, 1)
    assert (mails()[0].state, mails()[0].last_error) == (MailState.FAILED, "554 looks like spam")


def test_a_lost_answer_leads_to_one_more_copy_with_the_same_message_id_at_most(
    app, people, settings, mailbox, clock
):
    finding = issued(people, people.owner, days=30)
    notice = told(people.owner, finding)
    mailbox.lose_answers = 9
    assert outbox.deliver(settings, LINKS) == (0, 1)
    assert mails()[0].unclear == 1
    notice.read_at = now()  # both copies say the same, whatever happened in between
    db.session.commit()
    for hour in range(1, 7):
        clock(MONDAY + hour * HOUR)
        outbox.deliver(settings, LINKS)
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"] == mails()[0].message_id
    assert text_of(first) == text_of(second)
    assert mails()[0].state is MailState.FAILED


def test_a_process_killed_before_the_server_was_asked_sends_after_its_claim_is_old(
    app, people, settings, mailbox, clock
):
    told(people.owner, issued(people, people.owner))
    outbox.pack(settings)
    db.session.commit()
    claimed = outbox.claim(settings, LINKS)  # and here the process dies
    assert claimed is not None
    assert outbox.deliver(settings, LINKS) == (0, 0)
    assert mails()[0].state is MailState.SENDING
    clock(MONDAY + HOUR)
    assert outbox.deliver(settings, LINKS) == (0, 0)  # taken for abandoned; the pause begins
    clock(MONDAY + 2 * HOUR)
    assert outbox.deliver(settings, LINKS) == (1, 0)
    assert mailbox.mails[0]["Message-ID"] == claimed.message["Message-ID"]
    assert (mails()[0].unclear, mails()[0].state) == (1, MailState.SENT)


@both_databases
def test_two_processes_at_once_send_each_mail_once(app, people, settings, mailbox, clock):
    finding = issued(people, people.owner)
    crowd = [
        getattr(people, name) for name in ("owner", "owner2", "lead", "auditor", "auditor2", "boss", "admin")
    ]
    sees_all(*crowd[1:-1])
    for person in crowd:
        services.queue("finding.sent_back", to=person, subject=finding)
    db.session.commit()
    start, results = threading.Barrier(3), []

    def process():
        with app.app_context(), at(MONDAY):
            start.wait()
            results.append(outbox.deliver(settings, LINKS))
            db.session.remove()

    threads = [threading.Thread(target=process) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 3
    assert (
        sum(sent for sent, _failed in results)
        == len(mailbox.mails)
        == len({each["To"] for each in mailbox.mails})
    )
    assert {each["To"] for each in mailbox.mails} == {person.email for person in crowd}
    assert {each.state for each in mails()} == {MailState.SENT}


def test_nobody_who_has_left_is_written_to(app, people, settings, mailbox, clock):
    finding = issued(people, people.owner2)
    told(people.owner, finding)
    people.owner.active = False
    assert services.queue("finding.late", to=people.owner, subject=finding) is None
    db.session.commit()
    assert outbox.deliver(settings, LINKS) == (0, 0)
    assert db.session.query(Notice).filter_by(person_id=people.owner.id).one().unmailed == "left"


def test_who_leaves_while_the_server_is_away_is_not_written_to_afterwards(
    app, people, settings, mailbox, clock
):
    told(people.owner, issued(people, people.owner))
    working, settings.smtp_url = settings.smtp_url, "smtp://127.0.0.1:1"
    outbox.deliver(settings, LINKS)
    settings.smtp_url, people.owner.valid_until = working, today() - timedelta(days=1)
    db.session.commit()
    clock(MONDAY + HOUR)
    assert outbox.deliver(settings, LINKS) == (0, 0)
    assert mails()[0].state is MailState.DROPPED


def test_an_action_past_its_date_is_reminded_of_once_a_week(app, people, clock):
    finding = issued(people, people.owner, days=5)
    finding.next_due_on = today() - timedelta(days=1)
    db.session.flush()
    assert due.gather() == 1
    finding.next_due_on = today() - timedelta(days=7)
    db.session.flush()
    assert due.gather() == 1
    assert due.gather() == 0


def test_what_was_ticked_off_in_the_application_is_not_mailed(app, people, settings, mailbox, clock):
    issued(people, people.owner)
    services.mark_all_read(people.owner)
    db.session.commit()
    assert outbox.deliver(settings, LINKS) == (0, 0)
    assert mailbox.mails == []


def test_a_reminder_of_what_was_done_or_given_away_before_its_mail_left_is_not_mailed(
    app, people, settings, mailbox, clock
):
    done, given, open_ = (issued(people, people.owner, title=title) for title in ("Done", "Given", "Open"))
    services.mark_all_read(people.owner)
    due.gather()
    db.session.commit()
    working, settings.smtp_url = settings.smtp_url, "smtp://127.0.0.1:1"
    assert outbox.deliver(settings, LINKS) == (0, 1)
    findings.withdraw(done, reason="Raised twice, see the other.", by=people.manager)
    given.owner = people.owner2
    db.session.commit()
    settings.smtp_url = working
    clock(MONDAY + HOUR)
    outbox.deliver(settings, LINKS)
    to_owner = [title for address, title, _link in mailbox.items() if address == people.owner.email]
    assert to_owner == [f"{open_.code} is due soon", f"{done.code} was withdrawn"]


def test_news_can_be_switched_off_and_duties_cannot(app, people, settings, mailbox, clock):
    finding = issued(people, people.owner)
    services.choose(people.owner, hour=None, muted=["finding.verified"], by=people.owner)
    for duty in (
        "finding.due",
        "finding.late",
        "action.late",
        "finding.sent_back",
        "action.assigned",
        "no.such",
    ):
        with pytest.raises(Refused):
            services.choose(people.owner, hour=None, muted=[duty], by=people.owner)
    with pytest.raises(Refused):
        services.choose(people.owner, hour=None, muted=[], by=people.admin)
    services.mark_all_read(people.owner)
    services.queue("finding.verified", to=people.owner, subject=finding)
    services.queue("finding.closed", to=people.owner, subject=finding)
    db.session.commit()
    outbox.deliver(settings, LINKS)
    assert [title for _to, title, _link in mailbox.items()] == [f"{finding.code} was closed"]
    assert queries.count_unread(people.owner) == 2  # the application still shows both


def test_news_of_today_that_changes_once_more_goes_out_once_more(app, people, settings, mailbox, clock):
    finding = issued(people, people.owner)
    told(people.owner, finding, "plan.changed")
    assert outbox.deliver(settings, LINKS) == (1, 0)
    assert services.queue_again("plan.changed", to=people.owner, subject=finding) is not None
    db.session.commit()
    assert outbox.deliver(settings, LINKS) == (1, 0)
    assert len(mailbox.mails) == 2
