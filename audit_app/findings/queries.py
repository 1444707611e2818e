"""Reading findings and actions. Every list and every ``get`` starts at what the person may see."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import aliased, joinedload, lazyload, selectinload

from audit_app.accounts.models import Department, Person, Process
from audit_app.accounts.permissions import Permission
from audit_app.checklists import fields
from audit_app.checklists.models import AnswerBase, AnswerRevision, ChecklistItem, RevisionStatus
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.findings import deadlines
from audit_app.findings.chart_figures import NONE, asked_day, narrowing, open_on
from audit_app.findings.deadline_models import Extension, ExtensionState
from audit_app.findings.figures import COUNTED
from audit_app.findings.figures import board as board
from audit_app.findings.figures import statistics as statistics
from audit_app.findings.guards import SHUT
from audit_app.findings.models import NONCONFORMITY, SETTLED, Action, ActionState, Finding, FindingState
from audit_app.findings.pareto import caused
from audit_app.findings.visibility import visible_actions, visible_to
from audit_app.programme import queries as programme
from audit_app.programme.models import Audit, TeamMember

SEARCHED = (
    Finding.code,
    Finding.title,
    Finding.requirement,
    Finding.objective_evidence,
    Finding.nonconformity,
    Finding.location,
)
OPEN, ISSUED, NC = "open", "issued_all", "nc"
"""Filter values beside the stored ones: every state that is not settled; all but draft and withdrawn, as
figures count; major and minor together."""


# --- one record ---------------------------------------------------------------------------------------------


def get(finding_id: int, *, to: Person) -> Finding:
    """One finding with what its page shows. Raises :class:`NotVisible`."""
    query = (
        visible_to(to)
        .where(Finding.id == finding_id)
        .options(
            joinedload(Finding.process),
            joinedload(Finding.department),
            joinedload(Finding.audit),
            joinedload(Finding.item),
            selectinload(Finding.actions).joinedload(Action.owner),
            selectinload(Finding.actions).joinedload(Action.delegate).lazyload(Person.roles),
            selectinload(Finding.actions).selectinload(Action.extensions),
            selectinload(Finding.extensions).joinedload(Extension.asked_by),
            selectinload(Finding.extensions).joinedload(Extension.decided_by),
        )
    )
    finding = db.session.scalars(query).unique().one_or_none()
    if finding is None:
        raise NotVisible
    return finding


def get_action(action_id: int, *, to: Person) -> Action:
    """One action with its source. Raises :class:`NotVisible`."""
    query = (
        visible_actions(to)
        .where(Action.id == action_id)
        .options(
            joinedload(Action.finding),
            joinedload(Action.review),
            joinedload(Action.owner),
            selectinload(Action.delegations),
            selectinload(Action.extensions).joinedload(Extension.asked_by),
            selectinload(Action.extensions).joinedload(Extension.decided_by),
        )
    )
    action = db.session.scalars(query).unique().one_or_none()
    if action is None:
        raise NotVisible
    return action


def answer_told(item: ChecklistItem) -> str:
    """Reply and note of the answer that stands on an item; "" when there is none. Of several, the newest."""
    child = select(AnswerBase.base_id).where(AnswerBase.base_id == AnswerRevision.id)
    query = (
        select(AnswerRevision)
        .where(
            AnswerRevision.item_id == item.id,
            AnswerRevision.status == RevisionStatus.ACCEPTED,
            ~exists(child),
        )
        .order_by(AnswerRevision.server_seq.desc())
        .limit(1)
    )
    row = db.session.scalar(query)
    return "\n\n".join(part for part in (fields.said(item, row.reply), row.note) if part) if row else ""


def of_item(item: ChecklistItem, *, to: Person) -> list[Finding]:
    """The findings already written up from a checklist item."""
    return list(db.session.scalars(visible_to(to).where(Finding.item_id == item.id).order_by(Finding.id)))


# --- lists --------------------------------------------------------------------------------------------------

FILTERS = (
    "state", "grade", "clause", "process", "department", "owner", "audit", "origin", "overdue", "aged",
    "mine", "q", "register", "raised_from", "raised_to", "closed_from", "closed_to", "cause", "kept", "again",
    "promised_from", "promised_to", "on_clause", "standard", "kept_now", "due_from", "due_to", "checked",
    "checked_from", "checked_to", "open_on",
)  # fmt: skip
SORTS: dict[str, Any] = {"code": Finding.code, "raised": Finding.raised_on, "due": Finding.next_due_on}
"""What a list can be sorted by: indexed columns only."""

_EQUAL = {
    "process": Finding.process_id,
    "department": Finding.department_id,
    "owner": Finding.owner_id,
    "audit": Finding.audit_id,
    "register": Finding.old_register_id,
}
_DAYS: dict[str, Callable[[date], ColumnElement[bool]]] = {
    "raised_from": lambda day: Finding.raised_on >= day,
    "raised_to": lambda day: Finding.raised_on <= day,
    "promised_from": lambda day: Finding.original_due_on >= day,
    "promised_to": lambda day: Finding.original_due_on <= day,
    "closed_from": lambda day: Finding.closed_on >= day,
    "closed_to": lambda day: Finding.closed_on <= day,
    "due_from": lambda day: Finding.due_on >= day,
    "due_to": lambda day: Finding.due_on <= day,
    "open_on": open_on,
}


def listing(person: Person, given: Mapping[str, str], sort: str = "-raised") -> Select[Finding]:
    """The findings as filtered and sorted, whole; unknown or senseless filter values are left out.

    Loads the named rows in the same query, so that a page costs the same number of queries whatever its
    length.
    """
    return narrowed(person, given, sort).options(
        joinedload(Finding.process).lazyload(Process.clause_rows),
        joinedload(Finding.department),
        joinedload(Finding.owner).lazyload(Person.roles),
        joinedload(Finding.audit),
    )


_PROCESS, _DEPARTMENT, _OWNER = aliased(Process), aliased(Department), aliased(Person)
_GRANTED = (
    select(func.count())
    .where(Extension.finding_id == Finding.id, Extension.state == ExtensionState.GRANTED)
    .scalar_subquery()
    .label("granted")
)
SHOWN: tuple[Any, ...] = (
    Finding.id, Finding.code, Finding.title, Finding.grade, Finding.state, Finding.clause, Finding.raised_on,
    Finding.next_due_on, Finding.original_due_on, Finding.implemented_at, _GRANTED,
    _PROCESS.name_en.label("process_en"), _PROCESS.name_zh.label("process_zh"),
    _DEPARTMENT.name_en.label("department_en"), _DEPARTMENT.name_zh.label("department_zh"),
    _OWNER.name.label("owner"),
)  # fmt: skip
"""Everything that a row of the list shows."""


def rows(person: Person, given: Mapping[str, str], sort: str = "-raised") -> Select[Any]:
    """The same findings as plain rows of ``SHOWN``: fifty of them are read in a fraction of the time."""
    plain: Select[Any] = narrowed(person, given, sort)
    return (
        plain.with_only_columns(*SHOWN)
        .outerjoin(_PROCESS, _PROCESS.id == Finding.process_id)
        .outerjoin(_DEPARTMENT, _DEPARTMENT.id == Finding.department_id)
        .outerjoin(_OWNER, _OWNER.id == Finding.owner_id)
    )


def narrowed(person: Person, given: Mapping[str, str], sort: str = "-raised") -> Select[Finding]:
    """The findings as filtered and sorted, with nothing loaded beside them."""
    query = visible_to(person).where(*_conditions(person, given))
    return query.order_by(*sorted_by(SORTS, sort, "-raised", Finding.id))


def _conditions(person: Person, given: Mapping[str, str]) -> list[ColumnElement[bool]]:
    found = _of_state(given.get("state", ""))
    if given.get("grade") == NC:
        found.append(Finding.grade.in_(NONCONFORMITY))
    elif given.get("grade"):
        found.append(Finding.grade == given["grade"] if _known(Finding.grade, given["grade"]) else false())
    if given.get("origin"):
        found.append(
            Finding.origin == given["origin"] if _known(Finding.origin, given["origin"]) else false()
        )
    if given.get("cause"):
        found += caused(given["cause"])
    if given.get("department") == NONE:
        found.append(Finding.department_id.is_(None))
    if given.get("process") == NONE:
        found.append(Finding.process_id.is_(None))
    found += narrowing(given)
    if given.get("clause"):
        found.append(
            or_(
                Finding.clause == given["clause"],
                Finding.clause.startswith(given["clause"] + ".", autoescape=True),
            )
        )
    found += [column == int(given[key]) for key, column in _EQUAL.items() if _is_id(given.get(key, ""))]
    if given.get("overdue"):
        found.append(Finding.next_due_on < today())
    if (band := deadlines.aged(Finding, given.get("aged", ""), today())) is not None:
        found.append(band)
    if given.get("mine"):
        promised = select(Action.finding_id).where(
            Action.owner_id == person.id, Action.finding_id.is_not(None)
        )
        found.append(
            or_(Finding.owner_id == person.id, Finding.raised_by_id == person.id, Finding.id.in_(promised))
        )
    found += [make(day) for key, make in _DAYS.items() if (day := asked_day(given.get(key, ""))) is not None]
    if given.get("q"):
        found.append(or_(*(column.icontains(given["q"], autoescape=True) for column in SEARCHED)))
    return found


def _of_state(state: str) -> list[ColumnElement[bool]]:
    """A state, or one of the words for several; nothing for anything else."""
    if state == OPEN:
        return [Finding.state.not_in(SETTLED)]
    if state == ISSUED:
        return [COUNTED]
    return [Finding.state == FindingState(state)] if state in {each.value for each in FindingState} else []


def _known(column: Any, value: str) -> bool:
    """Whether an enum column knows a value."""
    return value in column.type.enums


def _is_id(text: str) -> bool:
    """Whether a filter value can be the id of a row (a longer number would not fit the database's)."""
    return text.isdecimal() and len(text) < 10


def sorted_by(columns: Mapping[str, Any], asked: str, default: str, tie: Any) -> list[Any]:
    """ORDER BY for ``name`` or ``-name`` out of an allow-list, empty values last, ties by id in the same
    direction."""
    key = asked if asked.removeprefix("-") in columns else default
    column, down = columns[key.removeprefix("-")], key.startswith("-")
    first = column.desc() if down else column.asc()
    if column in (Finding.next_due_on,):
        first = first.nulls_last()
    return [first, tie.desc() if down else tie.asc()]


ACTION_FILTERS = ("state", "mine", "overdue", "aged", "source", "kind", "owner", "q")
ACTION_SORTS: dict[str, Any] = {"code": Action.code, "due": Action.due_on, "made": Action.created_on}


def action_listing(person: Person, given: Mapping[str, str], sort: str = "due") -> Select[Action]:
    """The list of actions as filtered and sorted. ``source`` is ``finding`` or ``review``."""
    query = visible_actions(person).options(
        joinedload(Action.owner).lazyload(Person.roles),
        joinedload(Action.finding),
        joinedload(Action.review),
    )
    if given.get("state") in {each.value for each in ActionState}:
        query = query.where(Action.state == ActionState(given["state"]))
    if given.get("kind"):
        query = query.where(Action.kind == given["kind"] if _known(Action.kind, given["kind"]) else false())
    if given.get("mine"):
        query = query.where(Action.owner_id == person.id)
    if given.get("overdue"):
        query = query.where(Action.state == ActionState.OPEN, Action.due_on < today())
    if (band := deadlines.aged(Action, given.get("aged", ""), today())) is not None:
        query = query.where(band)
    if given.get("source") == "finding":
        query = query.where(Action.finding_id.is_not(None))
    elif given.get("source") == "review":
        query = query.where(Action.review_id.is_not(None))
    if _is_id(given.get("owner", "")):
        query = query.where(Action.owner_id == int(given["owner"]))
    if given.get("q"):
        wanted = given["q"]
        query = query.where(
            or_(
                Action.code.icontains(wanted, autoescape=True),
                Action.title.icontains(wanted, autoescape=True),
            )
        )
    return query.order_by(*sorted_by(ACTION_SORTS, sort, "due", Action.id))


def search(text: str, to: Person, limit: int = 20) -> list[Finding]:
    """Findings whose code, title or statement holds the text, newest first."""
    return list(db.session.scalars(listing(to, {"q": text}).limit(limit))) if text.strip() else []


def search_actions(text: str, to: Person, limit: int = 20) -> list[Action]:
    """Actions whose code or title holds the text."""
    return list(db.session.scalars(action_listing(to, {"q": text}).limit(limit))) if text.strip() else []


# --- choices of forms and filters ---------------------------------------------------------------------------


def active_people(permission: Permission | None = None) -> list[Person]:
    """People who can be named, in the order of their names; with a permission, only those who hold it."""
    people = db.session.scalars(select(Person).where(Person.active).order_by(Person.sort_key, Person.name))
    return [each for each in people if permission is None or each.may(permission)]


def names() -> list[tuple[int, str]]:
    """(id, name) of everybody active, in the order of their names."""
    query = select(Person.id, Person.name).where(Person.active).order_by(Person.sort_key, Person.name)
    return [(row.id, row.name) for row in db.session.execute(query)]


def processes() -> list[Process]:
    """Active processes by code."""
    query = (
        select(Process).where(Process.active).order_by(Process.code).options(lazyload(Process.clause_rows))
    )
    return list(db.session.scalars(query))


def departments_named() -> dict[int, tuple[str, str]]:
    """(English, Chinese) name of every department, also inactive, by id in the order of codes."""
    query = select(Department.id, Department.name_en, Department.name_zh).order_by(Department.code)
    return {row.id: (row.name_en, row.name_zh) for row in db.session.execute(query)}


def departments() -> list[Department]:
    """Active departments by code."""
    return list(db.session.scalars(select(Department).where(Department.active).order_by(Department.code)))


MOST_AUDITS = 100
"""Audits offered in a filter: the newest. Older ones are found through their own pages."""


def audits_to_choose(person: Person, asked: str = "") -> list[tuple[int, str]]:
    """(id, code and title) of the newest audits the person may see, and of the one asked for by its id."""
    seen = programme.visible_to(person).with_only_columns(Audit.id, Audit.code, Audit.title)
    newest = seen.order_by(Audit.starts_on.desc(), Audit.id.desc()).limit(MOST_AUDITS)
    found = {row.id: f"{row.code} {row.title}" for row in db.session.execute(newest)}
    if _is_id(asked) and int(asked) not in found:
        older = db.session.execute(seen.where(Audit.id == int(asked)))
        found |= {row.id: f"{row.code} {row.title}" for row in older}
    return list(found.items())


def audits_open_to(person: Person) -> list[Audit]:
    """Audits that take findings of this person, newest first: all for who plans audits, else those of
    theirs."""
    query = (
        select(Audit)
        .where(Audit.state.not_in(SHUT))
        .options(joinedload(Audit.lead), selectinload(Audit.members).joinedload(TeamMember.person))
        .order_by(Audit.starts_on.desc(), Audit.id.desc())
    )
    found = db.session.scalars(query).all()
    if person.may(Permission.AUDIT_PLAN):
        return list(found)
    return [audit for audit in found if any(each.id == person.id for each in audit.auditors)]


def clauses_in_use() -> list[str]:
    """Clauses that findings name, in the order of the standard; hops along the index from one to the next."""
    first = (
        select(func.min(Finding.clause).label("clause"))
        .where(Finding.clause != "")
        .cte("used", recursive=True)
    )
    following = select(func.min(Finding.clause)).where(Finding.clause > first.c.clause).scalar_subquery()
    used = first.union_all(select(following).where(first.c.clause.is_not(None)))
    found = db.session.scalars(select(used.c.clause).where(used.c.clause.is_not(None)))
    return sorted(found, key=clause_order)


def clause_order(clause: str) -> list[tuple[int, str]]:
    """Sort key of a clause number: 8.10 comes after 8.9."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in clause.split(".")]


def get_item(item_id: int, *, to: Person) -> ChecklistItem:
    """A checklist item to raise a finding from, if the person may raise one on its audit."""
    item = db.session.get(ChecklistItem, item_id)
    if item is None or not to.may(Permission.FINDING_RAISE):
        raise NotVisible
    return item
