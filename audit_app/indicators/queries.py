"""Reading indicators: the register, series with their gaps, the board, what was missed, what was imported.

Everybody who may see indicators sees them all: they are figures of the organisation and name nobody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.indicators.availability import allowance
from audit_app.indicators.board import (
    Miss,
    Point,
    Standing,
    Status,
    missed_services,
    status,
    target_words,
    with_gaps,
)
from audit_app.indicators.entry import may_enter, rounded
from audit_app.indicators.models import Frequency, Import, Indicator, Measurement, ServiceWatch, Source
from audit_app.indicators.periods import Month, months
from audit_app.indicators.reading import HISTORY
from audit_app.indicators.register_models import ChangeKind, IndicatorTarget, ProcessChange
from audit_app.indicators.system import system_value as system_value
from audit_app.indicators.system import system_values
from audit_app.indicators.targets import availability_goal
from audit_app.trail.models import TrailEntry

Series = dict[int, list[Point]]


# --- the register
# --------------------------------------------------------------------------------------------


def visible_to(person: Person) -> Select[Any]:
    """The indicators this person may see: all or none."""
    belongs = (Indicator.process, Indicator.owner, Indicator.objective, Indicator.service)
    query = select(Indicator).options(*map(joinedload, belongs))
    return (
        query.order_by(Indicator.id)
        if person.may(Permission.INDICATOR_SEE)
        else query.where(Indicator.id < 0)
    )


def get(indicator_id: int, *, to: Person) -> Indicator:
    """One indicator. Raises :class:`NotVisible`."""
    found: Indicator | None = db.session.scalar(visible_to(to).where(Indicator.id == indicator_id))
    if found is None:
        raise NotVisible
    return found


def by_code(code: str) -> Indicator | None:
    """The indicator of a code, or None."""
    return db.session.scalar(select(Indicator).where(func.lower(Indicator.code) == code.strip().lower()))


def active(*sources: Source) -> list[Indicator]:
    """The indicators in use, in the order of the register; of some sources, or of all."""
    query = (
        select(Indicator)
        .where(Indicator.active)
        .options(joinedload(Indicator.process), joinedload(Indicator.owner))
        .order_by(Indicator.id)
    )
    if sources:
        query = query.where(Indicator.source.in_(sources))
    return list(db.session.scalars(query))


def listed(
    person: Person, *, q: str = "", source: str = "", clause: str = "", process: str = "", active: str = "",
    objective: str = "", service: str = "",
) -> Select[Any]:  # fmt: skip
    """The register narrowed by words, source, clause (with those below it), the ids of process, objective and
    service, and "no" for out of use.
    """
    query = visible_to(person).where(Indicator.active.is_(active != "no"))
    for word in q.split()[:6]:
        query = query.where(_found(word))
    if source in {each.value for each in Source}:
        query = query.where(Indicator.source == Source(source))
    if clause:
        query = query.where(
            or_(Indicator.clause == clause, Indicator.clause.startswith(clause + ".", autoescape=True))
        )
    for column, given in (
        (Indicator.process_id, process),
        (Indicator.objective_id, objective),
        (Indicator.service_id, service),
    ):
        if given.isdecimal():
            query = query.where(column == int(given))
    return query


def _found(word: str) -> Any:
    columns = (
        Indicator.code,
        Indicator.name_en,
        Indicator.name_zh,
        Indicator.formula_en,
        Indicator.formula_zh,
    )
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def search(text: str, to: Person, limit: int = 20) -> list[Indicator]:
    """Indicators that hold every word."""
    if not text.strip():
        return []
    return list(db.session.scalars(listed(to, q=text).limit(limit)))


def clauses() -> list[str]:
    """The clauses that have an indicator in use."""
    query = select(Indicator.clause).where(Indicator.active, Indicator.clause != "").distinct()
    return sorted(
        db.session.scalars(query),
        key=lambda each: [int(part) if part.isdigit() else 0 for part in each.split(".")],
    )


# --- values
# --------------------------------------------------------------------------------------------------


def series(indicator_ids: Iterable[int], first: Month | date, last: Month | date) -> Series:
    """Every month of a period for every indicator asked for, gaps as points without a value; of one that is
    measured less often only the months into which a value belongs.

    One query for the stored values; the indicators this system works out itself need one to find them and
    one for
    each kind of figure.
    """
    start, end = (each if isinstance(each, Month) else Month.of(each) for each in (first, last))
    ids, span = list(dict.fromkeys(indicator_ids)), list(months(start, end))
    rows = select(Measurement).where(
        Measurement.indicator_id.in_(ids), Measurement.period.between(start.first, end.first)
    )
    found = _stored(rows)
    live = _live(ids, start, end) if span else {}
    seldom = _seldom(ids)
    return {
        each: [
            live.get(each, {}).get(month) or found.get((each, month)) or Point(month)
            for month in span
            if each not in seldom or seldom[each].is_due(month)
        ]
        for each in ids
    }


def _seldom(ids: Sequence[int]) -> dict[int, Indicator]:
    """Those that are, or were, not measured every month."""
    told = Indicator.changes.any(ProcessChange.kind == ChangeKind.DEFINITION)
    query = select(Indicator).where(
        Indicator.id.in_(ids), or_(Indicator.frequency != Frequency.MONTHLY, told)
    )
    return {each.id: each for each in db.session.scalars(query)}


def _stored(query: Select[Any]) -> dict[tuple[int, Month], Point]:
    rows = db.session.scalars(
        query.options(joinedload(Measurement.imported), joinedload(Measurement.indicator))
    )
    found = list(rows)
    goal = availability_goal(row.indicator for row in found)
    return {(row.indicator_id, Month.of(row.period)): point_of(row, goal) for row in found}


def point_of(row: Measurement, limit: Indicator | None = None) -> Point:
    """A stored row as a point; ``limit`` is the availability whose target leaves a downtime."""
    goal = limit.goal(Month.of(row.period)).target if limit is not None else None
    made = row.imported
    source = Source.MANUAL
    if made is not None and made.kind in (Source.TICKETS.value, Source.OUTAGES.value):
        source = Source(made.kind)
    return Point(
        Month.of(row.period),
        row.value,
        row.numerator,
        row.denominator,
        row.comment,
        source,
        row.import_id,
        made.filename if made is not None else "",
        row.extra or {},
        row.id,
        row.version,
        allowance(row.extra, goal) if row.indicator.measure == "downtime" else None,
    )


def _live(ids: Sequence[int], first: Month, last: Month) -> dict[int, dict[Month, Point]]:
    query = select(Indicator).where(Indicator.id.in_(ids), Indicator.source == Source.SYSTEM)
    return live_points(list(db.session.scalars(query)), first, last)


def live_points(indicators: Sequence[Indicator], first: Month, last: Month) -> dict[int, dict[Month, Point]]:
    """The months of the indicators that this system works out; at most one query for each kind of figure."""
    return {
        indicator_id: {
            month: Point(
                month,
                rounded(share.value),
                Decimal(share.numerator),
                None if share.denominator is None else Decimal(share.denominator),
                source=Source.SYSTEM,
            )
            for month, share in shares.items()
            if share.value is not None
        }
        for indicator_id, shares in system_values(indicators, first, last).items()
    }


def recent(indicators: Sequence[Indicator], until: Month | None = None, count: int = HISTORY) -> Series:
    """The last ``count`` months with a value of each indicator, gaps between them filled in; oldest first."""
    rank = func.row_number().over(partition_by=Measurement.indicator_id, order_by=Measurement.period.desc())
    narrowed = select(Measurement.id, rank.label("place")).where(
        Measurement.indicator_id.in_([each.id for each in indicators]), Measurement.value.is_not(None)
    )
    if until is not None:
        narrowed = narrowed.where(Measurement.period <= until.first)
    ranked = narrowed.subquery()
    wanted = select(ranked.c.id).where(ranked.c.place <= count)
    found: Series = {each.id: [] for each in indicators}
    for (indicator_id, _month), point in sorted(
        _stored(select(Measurement).where(Measurement.id.in_(wanted))).items(), key=lambda pair: pair[0]
    ):
        found[indicator_id].append(point)
    last = until or Month.of(today())
    live = live_points([e for e in indicators if e.source is Source.SYSTEM], last.plus(1 - count), last)
    for indicator_id, points in live.items():
        found[indicator_id] = [points[month] for month in sorted(points)]
    by_id = {each.id: each for each in indicators}
    return {each: list(with_gaps(by_id[each], points)) for each, points in found.items()}


def latest(until: Month | None = None) -> dict[int, Point]:
    """The last value of every indicator in use, by indicator id; those without any are left out."""
    return {row.indicator.id: row.last for row in board(until) if row.last is not None}


def board(until: Month | None = None, indicators: Sequence[Indicator] | None = None) -> list[Standing]:
    """How every indicator in use stands (up to a month), in the order of the register; a constant number of
    queries.
    """
    rows = active() if indicators is None else list(indicators)
    found = recent(rows, until)
    return [Standing(each, tuple(found[each.id])) for each in rows]


def missed(first: Month | date, last: Month | date) -> list[Miss]:
    """Every month of a period in which an indicator in use missed its target, by indicator and time.

    For availability also the months in which all together met it, but a single service did not.
    """
    rows = active()
    found = series([each.id for each in rows], first, last)
    return [
        Miss(each, point)
        for each in rows
        for point in found[each.id]
        if status(each, point) is Status.MISSED or missed_services(each, point)
    ]


# --- measure × period, for the command line
# --------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One indicator in one month."""

    indicator: Indicator
    point: Point

    def line(self) -> str:
        """The row as a line of a table."""
        line = self.point.line(self.indicator)
        parts = f"({line.parts})" if line.parts else ""
        state = status(self.indicator, self.point)
        words = (
            f"{self.indicator.code:<6} {self.point.month}  {line.shown:>16}  {parts:<32}"
            f" {target_words(self.indicator, self.point):<14} {state.label}"
        )
        return words.rstrip()

    def plain(self) -> dict[str, Any]:
        """The row as plain values for JSON; numbers unrounded, None for no data."""
        line = self.point.line(self.indicator)
        return {
            "code": self.indicator.code,
            "name": self.indicator.name,
            "period": str(self.point.month),
            "value": _float(self.point.value),
            "shown": line.shown,
            "numerator": _float(self.point.numerator),
            "denominator": _float(self.point.denominator),
            "unit": self.indicator.told_in(self.point.month).unit,
            "target": _float(self.indicator.goal(self.point.month).target),
            "status": status(self.indicator, self.point).value,
            "source": self.point.source.value if self.point.source else None,
            "file": self.point.filename,
            "services": self.point.services if self.indicator.measure == "availability" else {},
        }


def _float(number: Any) -> float | None:
    return None if number is None else float(number)


def table() -> list[Row]:
    """Every measured value of the indicators in use, by indicator and month, gaps between them included."""
    rows = active()
    points: Series = {each.id: [] for each in rows}
    stored = _stored(select(Measurement).where(Measurement.value.is_not(None)))
    for (indicator_id, _month), point in sorted(stored.items(), key=lambda pair: pair[0]):
        if indicator_id in points:
            points[indicator_id].append(point)
    end = Month.of(today())
    live = live_points([each for each in rows if each.source is Source.SYSTEM], end.plus(-11), end)
    for indicator_id, found in live.items():
        points[indicator_id] = [found[month] for month in sorted(found)]
    return [Row(each, point) for each in rows for point in with_gaps(each, points[each.id])]


# --- entry sheet, imports, history
# -----------------------------------------------------------------------------


def to_enter(*, to: Person, own: bool = False) -> list[Indicator]:
    """The indicators whose values a person enters by hand; ``own``: only those that name them as owner."""
    rows = [each for each in active(Source.MANUAL) if may_enter(each, to)]
    return [each for each in rows if each.owner_id == to.id] if own else rows


def imports() -> Select[Any]:
    """The files that were read in, newest first."""
    return select(Import).options(joinedload(Import.by)).order_by(Import.at.desc(), Import.id.desc())


def get_import(import_id: int, *, to: Person) -> Import:
    """One import. Raises :class:`NotVisible`."""
    found: Import | None = db.session.scalar(imports().where(Import.id == import_id))
    if found is None or not to.may(Permission.INDICATOR_SEE):
        raise NotVisible
    return found


def same_file(sha256: str) -> Import | None:
    """The last import of the very same file, or None."""
    found: Import | None = db.session.scalar(imports().where(Import.sha256 == sha256).limit(1))
    return found


def watched() -> list[ServiceWatch]:
    """The services that count, with the time they were watched."""
    return list(db.session.scalars(select(ServiceWatch).order_by(ServiceWatch.service)))


def history(indicator: Indicator, limit: int = 15) -> list[TrailEntry]:
    """What happened to an indicator and to its values, newest first."""
    kind, subject = TrailEntry.subject_type, TrailEntry.subject_id
    told = [(kind == "indicator") & (subject == str(indicator.id))]
    for model in (Measurement, IndicatorTarget, ProcessChange):
        ids = db.session.scalars(select(model.id).where(model.indicator_id == indicator.id))
        told.append((kind == model.__tablename__) & subject.in_([str(each) for each in ids]))
    query = select(TrailEntry).where(or_(*told)).order_by(TrailEntry.seq.desc()).limit(limit)
    return list(db.session.scalars(query))


def span_of_values(indicator: Indicator) -> tuple[Month, Month] | None:
    """The first and the last month that have a stored value."""
    first, last = db.session.execute(
        select(func.min(Measurement.period), func.max(Measurement.period)).where(
            Measurement.indicator_id == indicator.id, Measurement.value.is_not(None)
        )
    ).one()
    return (Month.of(first), Month.of(last)) if first is not None else None
