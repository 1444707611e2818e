"""Who covers which section of the standard, until when, and where nobody does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.library import assessable_clauses, clause_order
from audit_app.accounts.models import Person
from audit_app.competence.models import SOON_DAYS, Competence, Skill
from audit_app.competence.standards import HOME
from audit_app.core.labels import Label

DEEP = "8"
"""The section whose parts are shown one by one: the processes live there."""


class Hold(Label):
    """How a person stands to a row of the matrix."""

    HELD = "held", _l("covered"), "success"
    PART = "part", _l("in part"), "info"
    SOON = "soon", _l("ends soon"), "warning"
    ENDED = "ended", _l("ended"), "danger"
    NONE = "none", _l("none"), "secondary"


ENOUGH = frozenset({Hold.HELD, Hold.SOON})


@dataclass(frozen=True)
class Cell:
    """One person and one row: how it stands, the last day, and the record behind it."""

    hold: Hold
    until: date | None = None
    record: Competence | None = None


@dataclass(frozen=True)
class Row:
    """One skill, or one section of the standard, over all auditors."""

    key: str
    label: Any
    cells: tuple[Cell, ...]

    @property
    def able(self) -> int:
        """How many are competent."""
        return sum(cell.hold in ENOUGH for cell in self.cells)


@dataclass(frozen=True)
class Matrix:
    """Rows over people, and the gaps in words."""

    people: tuple[Person, ...]
    rows: tuple[Row, ...]
    gaps: tuple[Any, ...]
    warnings: tuple[Any, ...]


def sections() -> list[str]:
    """The rows: sections 4 to 10, the operational one by its parts."""
    found = set()
    for clause in assessable_clauses():
        parts = clause.split(".")
        found.add(".".join(parts[:2]) if parts[0] == DEEP and len(parts) > 1 else parts[0])
    return sorted(found, key=clause_order)


def reach(clauses: Sequence[str], section: str) -> Hold:
    """Whether a record over some clauses covers a section: wholly, in part or not; no clause means all."""
    if not clauses:
        return Hold.HELD
    parts = section.split(".")
    if any(".".join(parts[:length]) in clauses for length in range(1, len(parts) + 1)):
        return Hold.HELD
    return Hold.PART if any(each.startswith(f"{section}.") for each in clauses) else Hold.NONE


def matrix(people: Sequence[Person], records: Mapping[int, Sequence[Competence]], on: date) -> Matrix:
    """The matrix of a day for the standard of the management system."""
    skills = [
        _row(skill.value, skill.label, people, records, on, skill)
        for skill in (Skill.LEADING, Skill.AUDITING)
    ]
    rows = [_row(section, section, people, records, on, Skill.STANDARD) for section in sections()]
    every = (*skills, *rows)
    gaps = [_nobody(row) for row in every if row.able == 0]
    return Matrix(tuple(people), every, tuple(gaps), tuple(_alone(people, every)))


def _row(
    key: str,
    label: Any,
    people: Sequence[Person],
    records: Mapping[int, Sequence[Competence]],
    on: date,
    skill: Skill,
) -> Row:
    wanted = {skill, Skill.LEADING} if skill is Skill.AUDITING else {skill}
    standard = HOME if skill is Skill.STANDARD else ""
    section = key if standard else ""
    cells = []
    for person in people:
        mine = [
            each
            for each in records.get(person.id, ())
            if each.skill in wanted and each.standard == standard and each.awarded_on <= on
        ]
        cells.append(_best(mine, section, on))
    return Row(key, label, tuple(cells))


def _best(records: Iterable[Competence], section: str, on: date) -> Cell:
    """The strongest of the records, then the one that lasts longest."""
    order = (Hold.HELD, Hold.SOON, Hold.PART, Hold.ENDED, Hold.NONE)
    found = [Cell(_hold(each, section, on), each.ends_on, each) for each in records]
    found = [each for each in found if each.hold is not Hold.NONE]
    found.sort(key=lambda cell: (-order.index(cell.hold), cell.until or date.max))
    return found[-1] if found else Cell(Hold.NONE)


def _hold(record: Competence, section: str, on: date) -> Hold:
    if record.withdrawn_on is not None and record.withdrawn_on <= on:
        return Hold.NONE
    reached = reach(record.clauses, section) if section else Hold.HELD
    if reached is Hold.NONE:
        return reached
    if not record.covers_day(on):
        return Hold.ENDED
    if reached is Hold.HELD and record.ends_on is not None and (record.ends_on - on).days <= SOON_DAYS:
        return Hold.SOON
    return reached


def _nobody(row: Row) -> Any:
    if row.key in {Skill.LEADING.value, Skill.AUDITING.value}:
        return _l("Nobody is competent in “%(skill)s”: no audit can be assigned.", skill=row.label)
    partly = any(cell.hold is Hold.PART for cell in row.cells)
    if partly:
        return _l("Section %(section)s is covered in part only.", section=row.label)
    return _l("Nobody covers section %(section)s of the standard.", section=row.label)


def _alone(people: Sequence[Person], rows: Iterable[Row]) -> Iterable[Any]:
    """Rows that hang on one person: when that one is ill, has left, or is not independent, nobody can."""
    hanging: dict[int, list[str]] = {}
    for row in rows:
        able = [place for place, cell in enumerate(row.cells) if cell.hold in ENOUGH]
        if len(able) == 1 and len(people) > 1:
            hanging.setdefault(able[0], []).append(str(row.label))
    for place, labels in hanging.items():
        yield _l(
            "Only %(person)s covers: %(sections)s. Who replaces %(person)s when not independent there?",
            person=people[place].name,
            sections=", ".join(labels),
        )
