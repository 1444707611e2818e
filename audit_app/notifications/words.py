"""Subjects and bodies of notices by kind; each domain keeps its own in ``words.NOTICES``, taught by
``create_app``."""

from typing import Any

NOTICES: dict[str, tuple[Any, Any]] = {}


def learn(module: Any) -> None:
    """Take over the ``NOTICES`` of a domain's words module."""
    NOTICES.update(getattr(module, "NOTICES", {}))


def render(kind: str, facts: dict[str, Any]) -> tuple[str, str]:
    """Subject and body of a notice in the language now in force."""
    subject, body = NOTICES[kind]
    return str(subject) % facts, str(body) % facts
