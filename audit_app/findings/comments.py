"""Comments on a finding and its actions: written once, told to whoever is called by name and may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import mentions, queries
from audit_app.findings.comment_models import CommentMention, FindingComment
from audit_app.findings.models import Action, Finding
from audit_app.findings.steps import said
from audit_app.findings.visibility import readers
from audit_app.notifications.services import queue_again
from audit_app.trail import services as trail


@dataclass(frozen=True)
class Written:
    """A comment, and a sentence about each name that was called in vain."""

    comment: FindingComment
    not_told: tuple[Any, ...]


def may_comment(person: Person) -> bool:
    """Whoever works on findings; who only looks at them writes nothing."""
    return person.may(Permission.FINDING_COMMENT)


def of(subject: Finding | Action) -> list[FindingComment]:
    """The comments on a finding with those on its actions, or on one action; the oldest first."""
    column = FindingComment.finding_id if isinstance(subject, Finding) else FindingComment.action_id
    query = (
        select(FindingComment)
        .where(column == subject.id)
        .order_by(FindingComment.id)
        .options(
            joinedload(FindingComment.by).lazyload(Person.roles),
            joinedload(FindingComment.action),
            selectinload(FindingComment.mentions).joinedload(CommentMention.person).lazyload(Person.roles),
        )
    )
    return list(db.session.scalars(query))


def add(
    finding: Finding, *, text: str, to: Sequence[int] = (), action: Action | None = None, by: Person
) -> Written:
    """Write a comment; ``to`` are ids of people to tell beside those called by ``@Name`` in the text.

    Nobody is told of what they may not see: the answer says so. Raises :class:`Refused` when nothing is
    written or the role only reads.
    """
    words = said(text, _l("Write something first."), "text")
    if not may_comment(by):
        raise Refused(_l("Your role only reads findings. Tell somebody who works on this one."))
    if action is not None and action.finding_id != finding.id:
        raise ValueError("The action belongs to another finding.")
    everybody = queries.active_people()
    named = mentions.called(words, everybody)
    wanted = {each.id: each for each in (*named.people, *(each for each in everybody if each.id in to))}
    wanted.pop(by.id, None)
    seeing = {each.id for each in readers(finding, everybody)}
    with db.session.begin_nested():
        comment = FindingComment(finding=finding, action=action, by=by, at=now(), text=words)
        comment.mentions = [CommentMention(person=each, told=each.id in seeing) for each in wanted.values()]
        db.session.add(comment)
        db.session.flush()
        trail.note("action.comment" if action else "finding.comment", action or finding, by=by, text=words)
    for person in wanted.values():
        if person.id in seeing:
            kind = "action.mentioned" if action else "finding.mentioned"
            queue_again(kind, to=person, subject=action or finding)
    return Written(comment, _in_vain(wanted.values(), seeing, named.unknown))


def _in_vain(wanted: Any, seeing: set[int], unknown: Sequence[str]) -> tuple[Any, ...]:
    blind = [
        _l("%(name)s may not see this finding and was not told.", name=each.name)
        for each in wanted
        if each.id not in seeing
    ]
    nobody = [
        _l("“@%(name)s” is nobody's name here: nobody was told. Choose the name from the list.", name=each)
        for each in unknown
    ]
    return (*blind, *nobody)
