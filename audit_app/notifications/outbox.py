"""From notices to mails that arrive: packed, claimed, handed over, and tried again until it is known.

What can and what cannot be promised. A mail is claimed (committed as ``sending``) before the server is spoken
to and marked ``sent`` (committed) after the server has said yes. Two processes therefore never send the same
mail, and a mail whose sending failed is tried again for days. One gap is in SMTP itself: when the text has
been handed over and the server's answer is lost (network cut, process killed in between), nobody can know
whether it was taken. We choose to try such a mail **once more, under the same Message-ID**:
a reminder that never comes is worse than one that comes twice, and many mail systems show two copies with one
Message-ID as one. When the answer is lost a second time, the mail is parked and shown to the administrator.
So a person gets at most one copy too many of a mail, only after a lost answer, and nothing disappears in
silence.

What is ticked off, done, switched off, or meant for somebody who has left is looked for when a mail is packed
and again just before it is sent; then it is also asked whether the person may still see the record.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select, update
from sqlalchemy.orm import joinedload, lazyload

from audit_app.accounts.models import Person
from audit_app.config import Settings
from audit_app.core.clock import now, today
from audit_app.core.db import db, serialize_writes
from audit_app.core.errors import Refused
from audit_app.notifications import kinds, letters
from audit_app.notifications.courier import Answer, Courier, Fate
from audit_app.notifications.hours import Quiet, digest_is_due
from audit_app.notifications.letters import Links
from audit_app.notifications.models import Mail, MailState, Notice, NoticeChoice
from audit_app.trail import services as trail

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=1)
"""After a temporary refusal: five minutes, then twice as long each time, at most an hour."""
PATIENCE = timedelta(days=7)
"""How long a mail is tried before it is parked; mail servers give up after five days."""
ABANDONED = timedelta(minutes=15)
"""A claim older than this belongs to a process that is gone (a conversation cannot last as long)."""
MOST_UNCLEAR = 2
"""Lost answers after which a mail is parked: the second copy is the last."""

READ, SETTLED, MUTED, LEFT, HIDDEN = "read", "settled", "muted", "left", "hidden"
WHY = (READ, SETTLED, MUTED, LEFT, HIDDEN)
"""Why a notice goes into no mail: seen in the application, done meanwhile, switched off, person gone, record
no longer theirs to see."""

STILL: dict[str, Callable[[Sequence[Notice]], set[int]]] = {}
"""By kind: which of these notices still hold (their ids). A kind without a row always holds."""
SEES: dict[str, Callable[[str, Person], bool]] = {}
"""By kind of subject: whether a person may see that record now. Asked just before a mail is written."""


# --- packing: which notices go into which mail --------------------------------------------------------------


def pack(settings: Settings) -> int:
    """Put waiting notices into mails: urgent ones at once, the others when the person's hour has come on a
    worked day. What could not be sent yet takes new notices along. Returns how many notices were packed."""
    serialize_writes()
    quiet, moment, count = Quiet.parse(settings.quiet_hours), now(), 0
    waiting = _sift(list(db.session.scalars(_unpacked())))
    hours = _hours(settings)
    heaps: dict[tuple[int, bool], list[Notice]] = defaultdict(list)
    for notice in waiting:
        urgent = kinds.of(notice.kind).urgent
        if urgent or digest_is_due(moment, hours.get(notice.person_id, settings.digest_hour)):
            heaps[notice.person_id, urgent].append(notice)
    standing = _standing({person for person, _urgent in heaps})
    for (person, urgent), notices in heaps.items():
        mail = standing.get((person, urgent))
        if not urgent and (person, None) in standing and (mail is None or mail.day != today()):
            continue  # today's digest is out: the next one is tomorrow's
        if mail is None:
            mail = Mail(
                person_id=person, day=today(), urgent=urgent, message_id=letters.new_message_id(settings),
                made_at=moment, tried_since=moment, next_try_at=quiet.release(moment),
            )  # fmt: skip
            db.session.add(mail)
        mail.day = today()
        db.session.flush()
        for notice in notices:
            notice.mail_id = mail.id
        count += len(notices)
    db.session.flush()
    return count


def _unpacked() -> Any:
    waiting = select(Notice).where(Notice.sent_at.is_(None), Notice.mail_id.is_(None), Notice.unmailed == "")
    return waiting.options(joinedload(Notice.person).lazyload(Person.roles)).order_by(Notice.id)


def _hours(settings: Settings) -> dict[int, int]:
    rows = db.session.execute(select(NoticeChoice.person_id, NoticeChoice.hour))
    return {person: settings.digest_hour if hour is None else hour for person, hour in rows}


def _standing(people: Iterable[int]) -> dict[tuple[int, bool | None], Mail | None]:
    """Mails that may still take notices along, by person and urgency; under None: today's digest is made."""
    query = select(Mail).where(
        Mail.person_id.in_(list(people)),
        or_(Mail.state == MailState.WAITING, ~Mail.urgent & (Mail.day == today())),
    ).options(lazyload("*")).order_by(Mail.id).with_for_update()  # fmt: skip
    found: dict[tuple[int, bool | None], Mail | None] = {}
    for mail in db.session.scalars(query):
        if not mail.urgent and mail.day == today():
            found[mail.person_id, None] = None
        if mail.state is MailState.WAITING and not mail.unclear:
            found[mail.person_id, mail.urgent] = mail
    return found


def _sift(notices: list[Notice]) -> list[Notice]:
    """Those that are still to be mailed; the others get their reason and are never mailed."""
    muted = _muted({each.person_id for each in notices})
    by_kind: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.kind in STILL:
            by_kind[notice.kind].append(notice)
    gone = {
        each.id
        for kind, those in by_kind.items()
        for holding in [STILL[kind](those)]
        for each in those
        if each.id not in holding
    }
    for notice in notices:
        if notice.read_at is not None:
            notice.unmailed = READ
        elif not notice.person.is_active:
            notice.unmailed = LEFT
        elif notice.id in gone:
            notice.unmailed = SETTLED
        elif kinds.of(notice.kind).optional and notice.kind in muted.get(notice.person_id, ()):
            notice.unmailed = MUTED
        if notice.unmailed:
            notice.mail_id = None
    return [each for each in notices if not each.unmailed]


def _muted(people: set[int]) -> dict[int, list[Any]]:
    query = select(NoticeChoice.person_id, NoticeChoice.muted).where(NoticeChoice.person_id.in_(people))
    return {person: muted for person, muted in db.session.execute(query)}  # noqa: C416  # a row is no pair to mypy


# --- sending ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claimed:
    """A mail that this process alone may send now, as plain values: no transaction is open meanwhile.
    ``message`` is None when nothing was left to say."""

    id: int
    attempt: int
    receiver: str
    message: EmailMessage | None


def deliver(settings: Settings, links: Links) -> tuple[int, int]:
    """Pack what waits and send what is due. Returns (mails sent, attempts that failed). Commits as it goes.

    Safe to run twice at once, and to be killed at any moment.
    """
    _recover(settings)
    pack(settings)
    db.session.commit()
    sent = failed = 0
    if Quiet.parse(settings.quiet_hours).release(now()) > now():
        return sent, failed
    with Courier(settings) as courier:
        while (claimed := claim(settings, links)) is not None:
            if claimed.message is None:
                continue
            answer = courier.send(claimed.message, settings.mail_from, claimed.receiver)
            _settle(settings, claimed, answer)
            sent += answer.fate is Fate.TAKEN
            failed += answer.fate is not Fate.TAKEN
            if answer.fate is Fate.AWAY:
                break
    return sent, failed


def claim(settings: Settings, links: Links) -> Claimed | None:
    """The next mail that is due, committed as being sent; None when none is. Two processes never get one."""
    moment = now()
    due = (Mail.state == MailState.WAITING, Mail.next_try_at <= moment)
    order = (Mail.urgent.desc(), Mail.next_try_at, Mail.id)
    first = select(Mail.id).where(*due).order_by(*order).limit(1)
    while (number := db.session.scalar(first)) is not None:
        taking = update(Mail).where(Mail.id == number, *due).values(
            state=MailState.SENDING, claimed_at=moment, attempts=Mail.attempts + 1
        )  # fmt: skip
        taken: Any = db.session.execute(taking.execution_options(synchronize_session=False))
        claimed = _written(settings, links, number) if taken.rowcount == 1 else None
        db.session.commit()
        if claimed is not None:
            return claimed
    db.session.commit()
    return None


def _written(settings: Settings, links: Links, number: int) -> Claimed:
    mail = db.session.get_one(Mail, number, populate_existing=True)
    notices, message = _notices_of(mail), None
    if notices:
        mail.carried = [each.id for each in notices]
        message = letters.compose(settings, mail.person, notices, links, message_id=mail.message_id, at=now())
    else:
        mail.state = MailState.DROPPED
    return Claimed(number, mail.attempts, mail.person.email, message)


def _notices_of(mail: Mail) -> list[Notice]:
    """What the mail carries. After a lost answer just what it carried then: both copies are one."""
    query = select(Notice).options(joinedload(Notice.person).lazyload(Person.roles)).order_by(Notice.id)
    if mail.unclear and mail.person.is_active:
        return list(db.session.scalars(query.where(Notice.id.in_(mail.carried))))
    return _visible(_sift(list(db.session.scalars(query.where(Notice.mail_id == mail.id)))))


def _visible(notices: list[Notice]) -> list[Notice]:
    """Those about records that their person may still see; the others are never mailed."""
    for notice in notices:
        sees = SEES.get(notice.subject_kind)
        if sees is not None and not sees(notice.subject_id, notice.person):
            notice.unmailed, notice.mail_id = HIDDEN, None
    return [each for each in notices if not each.unmailed]


def _settle(settings: Settings, claimed: Claimed, answer: Answer) -> None:
    """Write down what the server said, unless somebody took the mail for abandoned meanwhile."""
    mail = db.session.get_one(Mail, claimed.id, populate_existing=True, with_for_update=True)
    if mail.state is MailState.SENDING and mail.attempts == claimed.attempt:
        if answer.fate is Fate.TAKEN:
            _mark_sent(mail)
        else:
            _put_back(settings, mail, answer)
    db.session.commit()


def _mark_sent(mail: Mail) -> None:
    mail.state, mail.sent_at, mail.last_error = MailState.SENT, now(), ""
    carried = update(Notice).where(Notice.id.in_(mail.carried), Notice.mail_id == mail.id)
    db.session.execute(carried.values(sent_at=mail.sent_at).execution_options(synchronize_session=False))


def _put_back(settings: Settings, mail: Mail, answer: Answer) -> None:
    """Wait and try again, or park it: refused for good, unclear twice, or out of patience."""
    mail.last_error = answer.reason[:500]
    mail.unclear += answer.fate is Fate.UNCLEAR
    given_up = now() - mail.tried_since > PATIENCE
    if answer.fate is Fate.REFUSED or mail.unclear >= MOST_UNCLEAR or given_up:
        mail.state = MailState.FAILED
        return
    mail.state = MailState.WAITING
    mail.next_try_at = Quiet.parse(settings.quiet_hours).release(now() + pause_after(mail.attempts))


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    return min(FIRST_PAUSE * 2 ** min(max(attempts, 1) - 1, 10), LONGEST_PAUSE)


def _recover(settings: Settings) -> None:
    """Mails whose process is gone: nobody heard the server's answer."""
    old = now() - ABANDONED
    query = select(Mail).where(Mail.state == MailState.SENDING, Mail.claimed_at < old)
    for mail in db.session.scalars(query.with_for_update(skip_locked=True)):
        _put_back(settings, mail, Answer(Fate.UNCLEAR, LOST))
    db.session.commit()


LOST = "The sending process ended before it heard the server's answer."


# --- what the administrator does ----------------------------------------------------------------------------


def resend(mail: Mail, *, by: Person) -> None:
    """Try a parked mail again now, from the beginning. Raises :class:`Refused` for one that is not parked."""
    if mail.state is not MailState.FAILED:
        raise Refused(_("Only a mail that was not delivered can be sent again."))
    with trail.act("mail.resend", mail, by=by):
        mail.state, mail.unclear = MailState.WAITING, 0
        mail.tried_since = mail.next_try_at = now()


def forget(person: Person) -> None:
    """The personal data of the person are erased: what mail servers said may hold the address."""
    db.session.execute(update(Mail).where(Mail.person_id == person.id).values(last_error=""))
