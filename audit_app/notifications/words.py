"""Subjects and bodies of notices by kind; each domain keeps its own in ``words.NOTICES``, taught by
``create_app``."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.core.days import written

SENTENCES: dict[str, Any] = {
    "notice_choice.set": _l("chose how to be written to"),
    "mail.resend": _l("had a mail sent again"),
}

FIELDS: dict[str, Any] = {
    "attempts": _l("Attempts"),
    "hour": _l("Hour of the digest"),
    "muted": _l("Switched off"),
    "next_try_at": _l("Next attempt"),
    "tried_since": _l("Tried since"),
    "unclear": _l("Answers lost"),
}

NOTICES: dict[str, tuple[Any, Any]] = {}


def learn(module: Any) -> None:
    """Take over the ``NOTICES`` of a domain's words module."""
    NOTICES.update(getattr(module, "NOTICES", {}))


def render(kind: str, facts: dict[str, Any]) -> tuple[str, str]:
    """Subject and body of a notice in the language now in force; its date as people write one."""
    subject, body = NOTICES[kind]
    facts = facts | {"due": _day(str(facts.get("due", "")))}
    return str(subject) % facts, str(body) % facts


def _day(kept: str) -> str:
    """A date kept in ISO 8601, in words; what is no date (a dash) as it stands."""
    try:
        return written(date.fromisoformat(kept))
    except ValueError:
        return kept
