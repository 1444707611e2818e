"""What a mail says, held to approved copies beside this file: look at them when one differs, then take the new one over.

APPROVE=1 python -m pytest tests/notifications/test_letters.py
"""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from audit_app.core.clock import now
from audit_app.notifications import kinds, letters, words
from audit_app.notifications.models import Notice
from tests.notifications.mailbox import LINKS, text_of

APPROVED = Path(__file__).parent / "approved"
DAY = date(2026, 6, 15)


def notice(person, number, kind, code, title, *, due=None, ago=0):
    facts = {"code": code, "title": title, "due": due.isoformat() if due else "–"}
    if due and kind.partition(".")[2] in ("due", "late", "soon"):
        facts["until"] = due.isoformat()
    return Notice(
        id=number, kind=kind, person=person, person_id=person.id, subject_kind=kind.partition(".")[0],
        subject_id=str(number), day=DAY - timedelta(days=ago), facts=facts, queued_at=now(),
    )  # fmt: skip


def some(person, zh):
    return [
        notice(person, 1, "finding.verified", "NC-2026-004", "变更未经批准" if zh else "Change not approved"),
        notice(person, 2, "action.due", "A-2026-011", "培训服务台" if zh else "Train the service desk", due=date(2026, 6, 22)),
        notice(person, 3, "finding.late", "NC-2026-002", "备份恢复未测试" if zh else "Restore of backups untested", due=date(2026, 6, 11), ago=3),
        notice(person, 4, "finding.sent_back", "NC-2026-003", "优先级缺失" if zh else "Priority missing"),
        notice(person, 5, "audit.soon", "SMS-IA-2026-02", "事件管理审核" if zh else "Incident management", due=date(2026, 6, 18)),
        notice(person, 6, "action.late", "A-2026-009", "更新恢复手册" if zh else "Renew the recovery manual", due=date(2026, 6, 12), ago=2),
    ]  # fmt: skip


def approved(name, mail):
    """Compares a mail with its approved copy; APPROVE=1 writes it anew."""
    text = f"From: {mail['From']}\nTo: {mail['To']}\nSubject: {mail['Subject']}\nMessage-ID: {mail['Message-ID']}\n\n{text_of(mail)}"
    path = APPROVED / f"{name}.txt"
    if os.environ.get("APPROVE"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["digest", "one"])
def test_a_mail_reads_as_approved(app, people, settings, clock, language, name):
    people.owner.language = language
    notices = some(people.owner, language == "zh")
    notices = notices if name == "digest" else notices[3:4]
    mail = letters.compose(settings, people.owner, notices, LINKS, message_id="<fixed@audit>", at=now())
    approved(f"{name}_{language}", mail)


def test_the_subject_tells_how_many_and_the_most_pressing_and_each_thing_has_its_link(
    app, people, settings, clock
):
    notices = some(people.owner, False)
    mail = letters.compose(settings, people.owner, notices, LINKS, message_id="<fixed@audit>", at=now())
    assert mail["Subject"] == "6 notices – NC-2026-002 is late"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert all(LINKS.thing(each) in text_of(mail) for each in notices)
    assert mail.as_bytes().isascii()


def test_every_kind_of_notice_says_how_pressing_it_is(app):
    """A new kind needs a row in ``NOTICE_KINDS`` beside its words, or nobody has decided whether it can wait."""
    assert set(words.NOTICES) - set(kinds.KINDS) == set()
    assert set(kinds.KINDS) - set(words.NOTICES) == set()


def test_nobody_can_opt_out_of_what_they_must_do(app):
    duties = (
        "due",
        "late",
        "sent_back",
        "assigned",
        "issued",
        "reopened",
        "asked",
        "escalated",
        "start_due",
        "report_due",
    )
    assert [kind for kind in kinds.optional() if kind.partition(".")[2] in duties] == []
    assert all(
        kind.heap is kinds.Heap.NEWS and not kind.urgent for kind in kinds.KINDS.values() if kind.optional
    )
