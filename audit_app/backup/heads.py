"""Heads of both chains, kept outside: whoever rewrites rows and all hashes after them is found by these.

A line a day in a file that the application only adds to, and a mail, both away from the database. A line is
JSON: the day, the moment (UTC), the number and hash of the newest row of the trail and how many rows it has,
and number and hash of the newest row of the answers.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from audit_app.checklists import chain
from audit_app.checklists.models import AnswerRevision
from audit_app.config import PRODUCT, Settings
from audit_app.core.clock import local, now, today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.notifications.courier import Courier, Fate
from audit_app.trail import services as trail
from audit_app.trail.models import TrailEntry
from audit_app.trail.walk import GENESIS

MAILED = "trail.head_mailed"
WRITTEN = "trail.head_written"


@dataclass(frozen=True)
class Head:
    """Where both chains stood at a moment. ``day``: of the organisation; ``at``: UTC; both in ISO 8601."""

    day: str
    at: str
    seq: int
    hash: str
    rows: int
    answers_seq: int
    answers_hash: str

    @property
    def line(self) -> str:
        """The one line that a file and a mail carry."""
        return json.dumps(asdict(self))


def current() -> Head:
    """Where both chains stand."""
    newest = select(TrailEntry.seq, TrailEntry.row_hash).order_by(TrailEntry.seq.desc()).limit(1)
    last = db.session.execute(newest).first()
    rows = db.session.scalar(select(func.count()).select_from(TrailEntry)) or 0
    answers_seq, answers_hash = chain.last_row()
    return Head(
        day=today().isoformat(),
        at=now().isoformat(timespec="milliseconds"),
        seq=last.seq if last else 0,
        hash=last.row_hash if last else GENESIS,
        rows=rows,
        answers_seq=answers_seq,
        answers_hash=answers_hash,
    )


def read(path: Path) -> list[Head | None]:
    """The heads in a file, one a line; None where a line is none. Empty lines are left out."""
    return [
        _head(line)
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if line.strip()
    ]


def _head(line: str) -> Head | None:
    try:
        found = Head(**json.loads(line))
        date.fromisoformat(found.day)
    except (TypeError, ValueError):
        return None
    numbers = (found.seq, found.rows, found.answers_seq)
    sound = all(type(each) is int and each >= 0 for each in numbers)
    return found if sound and all(type(each) is str for each in (found.hash, found.answers_hash)) else None


# --- handing out --------------------------------------------------------------------------------------------


def hand_out(settings: Settings) -> tuple[Head, bool, bool]:
    """Write and mail the head of today, each once a day: the head, and whether it was written and mailed now.

    What was written stays written when the mail cannot be sent. The caller commits. Raises :class:`Refused`
    when no place is set, or the file's is inside the data folder.
    """
    file = settings.trail_head_place
    if file is None and not settings.trail_head_mail:
        raise Refused(
            _l("Set TRAIL_HEAD_FILE (a file on another machine or disk) or TRAIL_HEAD_MAIL (an address).")
        )
    head, written, mailed = current(), False, False
    if file is not None:
        _refuse_inside(settings, file)
        known = [each for each in read(file) if each is not None] if file.exists() else []
        before = next((each for each in known if each.day == head.day), None)
        if before is None:
            _add(file, head)
            trail.note_of_system(WRITTEN, seq=head.seq, hash=head.hash, rows=head.rows)
            written = True
        head = before or head
    if settings.trail_head_mail and not _told_today(MAILED):
        db.session.commit()  # what stands in the file is told by the trail, whatever becomes of the mail
        _mail(settings, head)
        trail.note_of_system(MAILED, seq=head.seq, hash=head.hash, rows=head.rows)
        mailed = True
    return head, written, mailed


def _refuse_inside(settings: Settings, file: Path) -> None:
    if file.resolve().is_relative_to(settings.data_dir.resolve()):
        raise Refused(
            _l(
                "“%(name)s” lies in the data folder, where whoever changes the trail would change it, too. "
                "Choose a place outside, best on another machine.",
                name=str(file),
            )
        )


def _add(file: Path, head: Head) -> None:
    """One line at the end, on the disk before this returns; only the owner may read the file."""
    try:
        handle = os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        try:
            begin = "\n" if os.fstat(handle).st_size else ""  # should the line before have been cut off
            os.write(handle, f"{begin}{head.line}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise Refused(
            _l("“%(name)s” cannot be written: %(why)s.", name=str(file), why=error.strerror or str(error))
        ) from error


def told(action: str) -> datetime | None:
    """When the trail last told of an act of this kind on the system; None where it never did."""
    latest = select(func.max(TrailEntry.seq)).where(TrailEntry.action == action).scalar_subquery()
    return db.session.scalar(select(TrailEntry.at).where(TrailEntry.seq == latest))


def _told_today(action: str) -> bool:
    at = told(action)
    return at is not None and local(at).date() == today()


def _mail(settings: Settings, head: Head) -> None:
    if not settings.smtp_url:
        raise Refused(_l("SMTP_URL is not set: the head of the trail cannot be mailed."))
    mail = EmailMessage()
    mail["Subject"] = _("%(product)s: head of the trail on %(day)s", product=PRODUCT, day=head.day)
    mail["From"], mail["To"] = settings.mail_from, settings.trail_head_mail
    mail["Date"], mail["Message-ID"] = format_datetime(now()), make_msgid()
    asked = _("Keep this mail. With the line below, “verify --heads FILE” finds a trail that was rewritten.")
    mail.set_content(f"{asked}\n\n{head.line}\n", cte="base64")
    with Courier(settings) as courier:
        answer = courier.send(mail, settings.mail_from, settings.trail_head_mail)
    if answer.fate is not Fate.TAKEN:
        raise Refused(_l("The head of the trail was not mailed: %(why)s", why=answer.reason))


# --- comparing ----------------------------------------------------------------------------------------------


def check(file: Path) -> list[str]:
    """Compare the heads in a file with both chains: one sentence for what was rewritten or is missing."""
    if not file.exists():
        return [_("There is no file “%(name)s”.", name=str(file))]
    found = read(file)
    broken = [
        _("heads: line %(number)s of “%(name)s” is no head", number=number, name=file.name)
        for number, head in enumerate(found, 1)
        if head is None
    ]
    heads = [head for head in found if head is not None]
    trails = [(head.day, head.seq, head.hash) for head in heads]
    answers = [(head.day, head.answers_seq, head.answers_hash) for head in heads]
    return [
        *broken,
        *_compare(_("trail"), trails, TrailEntry.seq, TrailEntry.row_hash),
        *_compare(_("answers"), answers, AnswerRevision.server_seq, AnswerRevision.row_hash),
    ]


def _compare(name: str, heads: Iterable[tuple[str, int, str]], number: Any, row_hash: Any) -> list[str]:
    """The first head that no longer fits tells between which rows the chain was made anew."""
    whole = 0
    for day, seq, told in heads:
        if seq == 0:
            continue
        here = db.session.scalar(select(row_hash).where(number == seq))
        if here is None:
            return [_("%(chain)s: row %(seq)s, known on %(day)s, is missing", chain=name, seq=seq, day=day)]
        if here != told:
            return [
                _(
                    "%(chain)s: something in rows %(first)s to %(last)s was rewritten after %(day)s",
                    chain=name,
                    first=whole + 1,
                    last=seq,
                    day=day,
                )
            ]
        whole = max(whole, seq)
    return []
