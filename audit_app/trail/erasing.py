"""Blanking personal data in rows of the trail, by an act that stands in the trail itself.

The rows keep their hashes, so that the chain and every head kept outside still hold. What a blanked row reads
now is hashed beside it, and the act carries a hash over all of these: no row is changed that no act names.
(PIPL art. 47, GDPR art. 17; decision 0032.)
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import insert, select, update

from audit_app.core.db import db, serialize_writes
from audit_app.trail import services
from audit_app.trail.models import TrailEntry, TrailErasure

ACTION = "person.erase"
BATCH = 500
OWN = ("name", "email", "sort_key", "job_title")
"""Columns of a person that say who it is, as they stand in the facts of their own rows."""
CJK = r"\u3400-\u9fff\U00020000-\U0003ffff"
LATIN = rf"[^\W{CJK}]"
"""A letter or figure of a script that puts spaces between words."""


def former(person_id: int) -> set[str]:
    """Every name and address that the person's own rows in the trail tell."""
    found: set[str] = set()
    for row in _rows(TrailEntry.subject_type == "person", TrailEntry.subject_id == str(person_id)):
        found.add(row.subject_label)
        for column in ("name", "email"):
            found |= {each for each in row.facts.get("changes", {}).get(column, ()) if isinstance(each, str)}
    return {each for each in found if each}


def erase(person: Any, gone: Iterable[str], others: Iterable[str], *, reason: str, by: Any) -> int:
    """Blank the person in all rows, and append the act; returns how many rows were blanked.

    ``person`` bears the name already that is written instead. ``gone``: the names and addresses to blank.
    ``others``: names of other people, which may hold one of these within. Flushes; the caller commits.
    """
    serialize_writes()
    clean = _cleaner(set(gone), set(others), person.name)
    blank = [(row, values) for row in list(_rows()) if (values := _blank(row, person, clean)) is not None]
    hashed = [(row.seq, services.hash_of(_Read(row, values))) for row, values in blank]
    act = services.note(ACTION, person, by=by, reason=reason, rows=len(blank), digest=_digest(hashed))
    if blank:
        told = [{"seq": seq, "act_seq": act.seq, "blank_hash": each} for seq, each in hashed]
        db.session.execute(insert(TrailErasure), told)
    for row, values in blank:
        db.session.execute(
            update(TrailEntry)
            .where(TrailEntry.seq == row.seq)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
    db.session.expire_all()
    return len(blank)


def blanked() -> dict[int, str]:
    """The hash of each blanked row as it reads now: that of the newest erasure."""
    query = select(TrailErasure.seq, TrailErasure.blank_hash).order_by(TrailErasure.act_seq)
    return {row.seq: row.blank_hash for row in db.session.execute(query)}


def first_untold() -> int | None:
    """The first row that is said to be blanked by an act which does not say so; None when there is none."""
    acts: dict[int, list[tuple[int, str]]] = {}
    columns = (TrailErasure.act_seq, TrailErasure.seq, TrailErasure.blank_hash)
    for act, seq, hashed in db.session.execute(select(*columns).order_by(*columns[:2])):
        acts.setdefault(act, []).append((seq, hashed))
    wrong = [min(seq for seq, _hash in rows) for act, rows in acts.items() if not _told(act, rows)]
    return min(wrong, default=None)


def _told(act_seq: int, rows: list[tuple[int, str]]) -> bool:
    query = select(TrailEntry.action, TrailEntry.facts).where(TrailEntry.seq == act_seq)
    act = db.session.execute(query).first()
    if act is None or act.action != ACTION or max(seq for seq, _hash in rows) >= act_seq:
        return False
    details = act.facts.get("details", {})
    return bool(details.get("rows") == len(rows) and details.get("digest") == _digest(rows))


def _digest(rows: list[tuple[int, str]]) -> str:
    """SHA-256 (hex) over the numbers and hashes of the blanked rows, in their order."""
    text = services.canonical([list(each) for each in sorted(rows)])
    return hashlib.sha256(text.encode()).hexdigest()


class _Read:
    """A row as it will read."""

    def __init__(self, row: Any, values: dict[str, Any]) -> None:
        self.row, self.values = row, values

    def __getattr__(self, name: str) -> Any:
        return self.values[name] if name in self.values else getattr(self.row, name)


def _rows(*conditions: Any) -> Iterator[Any]:
    query = select(TrailEntry.__table__).where(*conditions).order_by(TrailEntry.seq)
    yield from db.session.execute(query.execution_options(yield_per=BATCH))


def _blank(row: Any, person: Any, clean: Callable[[str], str]) -> dict[str, Any] | None:
    """What changes in a row; None when nothing of the person is in it."""
    own = row.subject_type == "person" and row.subject_id == str(person.id)
    values = {
        "actor_name": person.name if row.actor_id == person.id else row.actor_name,
        "subject_label": person.name if own else clean(row.subject_label),
        "facts": _deep(row.facts, clean),
    }
    if own:
        for column in OWN:
            if column in values["facts"].get("changes", {}):
                before = values["facts"]["changes"][column]
                values["facts"]["changes"][column] = [each and person.name for each in before]
    return values if any(getattr(row, name) != value for name, value in values.items()) else None


def _deep(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _deep(each, clean) for key, each in value.items()}
    return [_deep(each, clean) for each in value] if isinstance(value, list) else value


def _cleaner(gone: set[str], others: set[str], instead: str) -> Callable[[str], str]:
    """Replaces each name that is to go, where it stands as a word; a longer name of somebody else that holds
    it stays. Chinese is written without spaces: there a name stands wherever its signs do."""
    names = sorted(gone | (others - gone), key=len, reverse=True)
    pattern = re.compile("|".join(_as_word(each) for each in names if each) or r"(?!)", re.IGNORECASE)
    low = {each.casefold() for each in gone}
    return lambda text: pattern.sub(
        lambda found: instead if found.group().casefold() in low else found.group(), text
    )


def _as_word(name: str) -> str:
    left = "" if re.match(f"[{CJK}]", name) else f"(?<!{LATIN})"
    right = "" if re.search(f"[{CJK}]$", name) else f"(?!{LATIN})"
    return f"{left}{re.escape(name)}{right}"
