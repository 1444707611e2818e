"""Words for the trail, made when it is read: one sentence fragment per action, one label per column.

Each domain keeps its own in ``<domain>/words.py``; ``create_app`` teaches them here, so that the trail needs
to know
no domain.
"""

from typing import Any

from flask_babel import lazy_gettext as _l

SENTENCES: dict[str, Any] = {
    "person.sign_in": _l("signed in"),
    "evidence.attach": _l("attached a file"),
    "evidence.infected": _l("sent a file in which the virus scanner found something"),
    "backup.made": _l("made a backup"),
    "backup.restored": _l("restored a backup"),
    "backup.exported": _l("exported everything"),
    "trail.head_written": _l("wrote the head of the trail into a file outside"),
    "trail.head_mailed": _l("mailed the head of the trail"),
}
FIELDS: dict[str, Any] = {}
VALUES: dict[str, Any] = {}
"""What the system wrote into a column by a key: the key, and its words for the reader."""


def learn(module: Any) -> None:
    """Take over the ``SENTENCES``, ``FIELDS`` and ``VALUES`` of a domain's words module."""
    SENTENCES.update(getattr(module, "SENTENCES", {}))
    FIELDS.update(getattr(module, "FIELDS", {}))
    VALUES.update(getattr(module, "VALUES", {}))


def sentence(action: str) -> Any:
    """What the actor did; the bare key for an action nobody named (a test finds those)."""
    return SENTENCES.get(action, action)


def on_behalf(did: Any, name: str) -> Any:
    """What the actor did, with the person whose duty it was."""
    return _l("%(did)s (for %(name)s)", did=did, name=name)


def field(column: str) -> Any:
    """Label of a column."""
    return FIELDS.get(column, column.removesuffix("_id").replace("_", " "))


HIDDEN = {"id", "created_at", "sort_key", "row_hash"}


def spoken(changes: dict[str, list[Any]]) -> list[tuple[Any, Any, Any]]:
    """Changes as (label, before, after), without technical columns and moments that the entry's own time
    tells."""
    return [
        (field(column), _short(before), _short(after))
        for column, (before, after) in changes.items()
        if column not in HIDDEN and not column.endswith(("_at", "_id"))
    ]


def _short(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    text = str(VALUES.get(value, value) if isinstance(value, str) else value)
    return text if len(text) <= 300 else text[:300] + "…"
