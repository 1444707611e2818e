"""Reading attachments. Who may see one, and who may add one now, is decided by what it hangs on
(``audit_app/subjects.py``)."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.evidence.models import Attachment

Door = Callable[..., Any]
DOORS: dict[str, Door] = {}
"""kind → ``get(id, to=person)`` of the domain that owns it; filled by ``create_app`` from ``subjects.py``."""
Rule = Callable[[Any, Person], Any]
RULES: dict[str, Rule] = {}
"""kind → ``may_attach(subject, person)`` of the same domain: None, or the words that say why not."""


def subject_of(kind: str, subject_id: str, *, to: Person) -> Any:
    """The subject of a kind that the person may see. Raises :class:`NotVisible`."""
    door = DOORS.get(kind)
    if door is None or not subject_id.isdecimal():
        raise NotVisible
    return door(int(subject_id), to=to)


def refusal(subject: Any, person: Person) -> Any:
    """Why this person cannot attach files to a subject they see, in words; None when they can."""
    if not person.may(Permission.EVIDENCE_ADD):
        return _l("Your role only reads evidence. Ask somebody who works on this record to attach the file.")
    return RULES[subject.__tablename__](subject, person)


def may_attach(subject: Any, person: Person) -> bool:
    """Whether the form that attaches files is shown: the same rule that the upload asks."""
    return refusal(subject, person) is None


def get(attachment_id: str, *, to: Person) -> Attachment:
    """One attachment, if the person may see what it hangs on."""
    attachment = db.session.get(Attachment, attachment_id)
    if attachment is None:
        raise NotVisible
    subject_of(attachment.kind, attachment.subject_id, to=to)
    return attachment


def of(subject: Any) -> list[Attachment]:
    """The files on one subject, oldest first."""
    return of_many(subject.__tablename__, [subject.id]).get(subject.id, [])


def of_many(kind: str, ids: Iterable[int]) -> dict[int, list[Attachment]]:
    """The files on several subjects of one kind, in one query."""
    query = (
        select(Attachment)
        .where(Attachment.kind == kind, Attachment.subject_id.in_([str(each) for each in ids]))
        .options(joinedload(Attachment.by))
        .order_by(Attachment.at, Attachment.id)
    )
    found: dict[int, list[Attachment]] = defaultdict(list)
    for attachment in db.session.scalars(query):
        found[int(attachment.subject_id)].append(attachment)
    return dict(found)


def count_of_many(kind: str, ids: Iterable[int]) -> dict[int, int]:
    """How many files hang on each of several subjects, in one query."""
    query = (
        select(Attachment.subject_id, func.count())
        .where(Attachment.kind == kind, Attachment.subject_id.in_([str(each) for each in ids]))
        .group_by(Attachment.subject_id)
    )
    return {int(subject_id): count for subject_id, count in db.session.execute(query)}
