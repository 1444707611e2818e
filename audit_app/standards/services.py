"""Verbs on licensed clause texts: import, withdraw. The trail names the file, never a word of the text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from audit_app.accounts.models import Person
from audit_app.core.clock import now, today
from audit_app.core.db import db, serialize_writes
from audit_app.core.errors import Refused
from audit_app.standards.models import ClauseText, ClauseTextSource, TextLanguage
from audit_app.standards.naming import cited
from audit_app.trail import services as trail


@dataclass(frozen=True)
class Licence:
    """What a file holds and on what ground it may be shown.

    ``holder`` bought it, ``note`` gives number and permitted use; ``allowed`` is the importer's own word that
    the licence allows showing the text to the organisation's auditors inside this application.
    """

    standard: str
    edition: str
    language: TextLanguage
    holder: str
    note: str
    allowed: bool
    title: str = ""
    valid_until: date | None = None


def check(licence: Licence) -> None:
    """Raises :class:`Refused` naming the field when something about the licence is missing or past."""
    needed = {
        "standard": (licence.standard, _l("Name the standard, for example ISO/IEC 20000-1.")),
        "edition": (licence.edition, _l("Name the edition, for example 2018.")),
        "holder": (licence.holder, _l("Say who bought the standard.")),
        "note": (licence.note, _l("Say what the licence is: its number and what it permits.")),
    }
    for name, (value, words) in needed.items():
        if not value.strip():
            raise Refused(words, name)
    inside = cited(licence.standard).edition
    if inside and inside != _edition(licence):
        words = _l(
            "The standard is cited with another edition (%(edition)s). Which one is it?", edition=inside
        )
        raise Refused(words, "edition")
    if not licence.allowed:
        words = _l(
            "Without a licence that allows it the text must not be shown here, so it cannot be imported."
        )
        raise Refused(words, "allowed")
    if licence.valid_until is not None and licence.valid_until < today():
        raise Refused(_l("This licence has ended already, so the text could not be shown."), "valid_until")


def _edition(licence: Licence) -> str:
    """The edition alone: amendments do not make another one."""
    text = licence.edition.strip()
    return cited(f"x:{text}").edition or text.casefold()


def import_texts(
    rows: Sequence[Mapping[str, str]], licence: Licence, *, file_name: str, sha256: str, by: Person
) -> ClauseTextSource:
    """Take in the rows of a preview under a licence. Raises :class:`Refused`.

    ``sha256`` is the hex hash of the file. The same file cannot be imported twice while it is in use.
    """
    check(licence)
    if not rows:
        raise Refused(_l("No row holds a clause with its text, so there is nothing to import."))
    serialize_writes()
    again = select(ClauseTextSource.id).where(
        ClauseTextSource.sha256 == sha256, ClauseTextSource.withdrawn_at.is_(None)
    )
    if db.session.scalar(again.limit(1)) is not None:
        raise Refused(_l("This file has been imported already. Withdraw that import first."))
    source = ClauseTextSource(
        standard=licence.standard.split(":")[0].strip(),
        standard_name=cited(licence.standard).name,
        edition=_edition(licence),
        title=licence.title.strip(),
        language=TextLanguage(licence.language),
        licence_holder=licence.holder.strip(),
        licence_note=licence.note.strip(),
        valid_until=licence.valid_until,
        file_name=file_name[:200],
        sha256=sha256,
        row_count=len(rows),
        imported_at=now(),
        imported_by_id=by.id,
    )
    with trail.act("clause_text.import", source, by=by, allowed=licence.allowed):
        db.session.add(source)
    for place, row in enumerate(rows, start=1):
        text = ClauseText(source_id=source.id, position=place, clause=row["clause"], text=row["text"])
        text.title = row.get("title") or ""
        db.session.add(text)
    db.session.flush()
    return source


def withdraw(source: ClauseTextSource, reason: str, *, by: Person) -> ClauseTextSource:
    """Delete the texts of a source for good; its record and the hash of its file stay."""
    serialize_writes()
    if source.withdrawn_at is not None:
        raise Refused(_l("These texts were withdrawn already."))
    if not reason.strip():
        raise Refused(_l("Say why the texts are withdrawn."), "reason")
    with trail.act("clause_text.withdraw", source, by=by):
        db.session.execute(delete(ClauseText).where(ClauseText.source_id == source.id))
        source.withdrawn_at, source.withdrawn_by_id = now(), by.id
        source.withdrawn_reason = reason.strip()[:1000]
    return source
