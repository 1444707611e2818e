"""“My actions”: everything a person owes on findings and actions, each with the button of its next step."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.exports.values import listed
from audit_app.findings import cover, returned
from audit_app.findings.models import NONCONFORMITY, OWNERS_TURN, Action, ActionState, Finding, FindingState
from audit_app.findings.workflow import ACTION, FINDING

F = FindingState
MOST = 200
"""Rows of each kind; who owes more has another problem."""

NEXT: dict[FindingState, str] = {
    F.ISSUED: "accept", F.ACCEPTED: "correct", F.CORRECTED: "analyse", F.ANALYSED: "propose",
    F.PLANNED: "start", F.IN_PROGRESS: "report",
}  # fmt: skip
"""The step that leads on from each state in which the owner acts."""


@dataclass(frozen=True)
class Owed:
    """One line: what, until when (and the first date where it was another), what came back, the next step.

    ``owner`` is the person for whom the reader acts, "" for what is their own; ``step`` is None while
    something else has to be done first, which ``waits`` names.
    """

    noun: str
    id: int
    code: str
    title: str
    due: date | None
    first: date | None
    back: tuple[Any, ...]
    owner: str
    step: Any
    waits: str = ""

    @property
    def late(self) -> bool:
        """Past its day."""
        return self.due is not None and self.due < today()

    @property
    def order(self) -> tuple[bool, date, str]:
        """What is late or came back first, then by the day."""
        return not (self.late or self.back), self.due or date.max, self.code


def of(person: Person) -> list[Owed]:
    """Everything the person owes today, also for those they stand in for. Constant number of queries."""
    return sorted([*_findings(person), *_actions(person)], key=lambda each: each.order)


def _findings(person: Person) -> Iterator[Owed]:
    if not person.may(P.FINDING_ANSWER):
        return
    query = (
        select(Finding)
        .where(
            cover.in_hand(Finding, person),
            Finding.state.in_(OWNERS_TURN),
            Finding.grade.in_(NONCONFORMITY),
        )
        .options(
            joinedload(Finding.owner).lazyload(Person.roles), selectinload(Finding.actions),
            selectinload(Finding.checks), selectinload(Finding.extensions),
        )
        .order_by(Finding.next_due_on, Finding.id)
        .limit(MOST)
    )  # fmt: skip
    for each in db.session.scalars(query):
        waits = _open(each) if each.state is F.IN_PROGRESS else ""
        step = FINDING.by_name[NEXT[each.state]] if not waits else None
        yield Owed(
            "finding", each.id, each.code, each.title, each.next_due_on, None,
            tuple(returned.of(each, [])), _for(each, person), step, waits,
        )  # fmt: skip


def _open(finding: Finding) -> str:
    return listed(each.code for each in finding.actions if each.state is ActionState.OPEN)


def _actions(person: Person) -> Iterator[Owed]:
    query = (
        select(Action)
        .where(cover.in_hand(Action, person), Action.state == ActionState.OPEN)
        .options(joinedload(Action.owner).lazyload(Person.roles), selectinload(Action.extensions))
        .order_by(Action.due_on, Action.id)
        .limit(MOST)
    )
    for each in db.session.scalars(query):
        first = each.original_due_on if each.original_due_on != each.due_on else None
        yield Owed(
            "action", each.id, each.code, each.title, each.due_on, first, tuple(returned.of(each, [])),
            _for(each, person), ACTION.by_name["done"],
        )  # fmt: skip


def _for(subject: Finding | Action, person: Person) -> str:
    owner = subject.owner
    return owner.name if owner is not None and owner.id != person.id else ""
