"""The table of retention: one row per kind of record that is no record of the management system.

What proves that the system was audited, corrected and reviewed (documented information, ISO/IEC 20000-1
7.5, 9.2.2, 9.3, 10.1) is in ``KEPT``: it never goes by itself. Storage limitation: PIPL art. 19, GDPR
art. 5(1)(e).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update

from audit_app.accounts import erasing
from audit_app.accounts.models import Person
from audit_app.checklists import uploads
from audit_app.checklists.field_models import DepositTicket, Presence, Upload, UploadState
from audit_app.core.db import db
from audit_app.notifications.models import Mail, MailState, Notice

Due = Callable[[datetime], ColumnElement[bool]]


@dataclass(frozen=True)
class Rule:
    """What goes, how long after which moment, and how. ``due`` tells rows older than a moment (UTC);
    ``remove`` is None where a person must decide."""

    key: str
    label: Any
    after: Any
    days: int
    least: int
    model: type[Any]
    due: Due
    remove: Callable[[datetime], int] | None = None

    def count(self, before: datetime) -> int:
        """How many rows are due."""
        return db.session.scalar(select(func.count()).select_from(self.model).where(self.due(before))) or 0


def _sent(before: datetime) -> ColumnElement[bool]:
    return and_(Mail.state == MailState.SENT, Mail.sent_at < before)


def _mails(before: datetime) -> int:
    going = select(Mail.id).where(_sent(before))
    carried = update(Notice).where(Notice.mail_id.in_(going)).values(mail_id=None)
    db.session.execute(carried.execution_options(synchronize_session=False))
    return _gone(delete(Mail).where(_sent(before)))


def _old_notices(before: datetime) -> ColumnElement[bool]:
    """Told or not wanted, and long ago; what waits for a mail stays."""
    told = or_(Notice.sent_at.is_not(None), Notice.read_at.is_not(None), Notice.unmailed != "")
    return and_(Notice.queued_at < before, told)


def _stuck(before: datetime) -> ColumnElement[bool]:
    stuck = Upload.state.in_((UploadState.PARTIAL, UploadState.REFUSED))
    return and_(stuck, Upload.begun_at < before)


def _uploads(before: datetime) -> int:
    for upload_id in db.session.scalars(select(Upload.id).where(_stuck(before))):
        uploads.forget(upload_id)
    return _gone(delete(Upload).where(_stuck(before)))


def _left(before: datetime) -> ColumnElement[bool]:
    """Access has ended, nothing was done since, and the name still stands."""
    return and_(
        Person.active.is_(False),
        or_(Person.last_seen_at.is_(None), Person.last_seen_at < before),
        Person.email.not_like(f"%@{erasing.DOMAIN}"),
    )


def _gone(statement: Any) -> int:
    found = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(found.rowcount)  # type: ignore[attr-defined]  # of a DELETE, typed as any result


def _plain(model: type[Any], due: Due) -> Callable[[datetime], int]:
    return lambda before: _gone(delete(model).where(due(before)))


def _expired(before: datetime) -> ColumnElement[bool]:
    return DepositTicket.expires_at < before


def _away(before: datetime) -> ColumnElement[bool]:
    return Presence.at < before


RULES = (
    Rule(
        "mails",
        _l("Mails that arrived"),
        _l("after sending"),
        180,
        30,
        Mail,
        _sent,
        _mails,
    ),
    Rule(
        "notices",
        _l("Notices that were read or sent"),
        _l("after they arose"),
        730,
        365,
        Notice,
        _old_notices,
        _plain(Notice, _old_notices),
    ),
    Rule(
        "uploads",
        _l("Photos from tablets that were refused or never came whole"),
        _l("after sending began"),
        90,
        30,
        Upload,
        _stuck,
        _uploads,
    ),
    Rule(
        "tickets",
        _l("Rights of tablets to hand in what they hold"),
        _l("after they ended"),
        90,
        1,
        DepositTicket,
        _expired,
        _plain(DepositTicket, _expired),
    ),
    Rule(
        "presence",
        _l("Who looked at an audit just then"),
        _l("after the last sign of life"),
        1,
        1,
        Presence,
        _away,
        _plain(Presence, _away),
    ),
    Rule(
        "people",
        _l("Personal data of people who have left"),
        _l("after they were last seen"),
        1095,
        30,
        Person,
        _left,
    ),
)
"""Days are what ships and can be chosen on screen; ``least`` keeps what is still in use from going."""

KEPT = (
    (_l("Audit programmes, audits, plans, answers, reports"), _l("Evidence of the audits (9.2.2).")),
    (_l("Findings, corrections, corrective actions, checks"), _l("Evidence of nonconformities (10.1.2).")),
    (_l("Management reviews, packs, signatures, decisions"), _l("Evidence of the reviews (9.3).")),
    (
        _l("Indicators, their values, the files they came from"),
        _l("Trends need them, and packs name them."),
    ),
    (_l("Evidence files"), _l("Named by reports and packs by their hash.")),
    (_l("Trail"), _l("Append-only; names in it are erased with the person.")),
)
"""What never goes by itself, and why."""


def people_due(before: datetime) -> Select[Person]:
    """Whose personal data a person should decide about."""
    return select(Person).where(_left(before)).order_by(Person.sort_key, Person.id)
