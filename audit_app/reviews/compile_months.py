"""Months of indicators as tables: across for paper and page, one value to a row for the workbook."""

from collections.abc import Sequence
from dataclasses import replace

from audit_app.core.clock import local
from audit_app.indicators import levels
from audit_app.indicators.periods import Month as Calendar
from audit_app.reviews.pack import Column, Many, Month, Name, Said, Table, Toned, Value, said
from audit_app.reviews.series import Point, Register, Series, full_name

ACROSS = 13
"""Months side by side on paper: a year, and the month it is compared with."""


def month_matrix(register: Register, series: Sequence[Series]) -> list[Table]:
    """Indicators down, months of the period across; missed values are marked. For paper and page."""
    rows = [
        (labelled(one), tuple(shown(one, each) for each in register.period))
        for one in series
        if register.known(one)
    ]
    return matrix(said("table.months"), said("col.indicator"), register.period, rows)


def matrix(
    title: Said, head: Said, months: Sequence[Calendar], rows: Sequence[tuple[Value, tuple[Value, ...]]]
) -> list[Table]:
    """A table with the months across, in bands of equal width where they are more than a year and one."""
    if not rows or not months:
        return []
    bands = -(-len(months) // ACROSS)
    step = -(-len(months) // bands)
    return [
        Table(
            title,
            (Column(head, width=30), *(Column(month(each), "number", 10) for each in months[span])),
            tuple((label, *values[span]) for label, values in rows),
            where="paper",
        )
        for start in range(0, len(months), step)
        for span in (slice(start, start + step),)
    ]


def labelled(one: Series) -> Value:
    """Code, name and unit, for the head of a row of values."""
    unit = "" if one.unit == "n" else one.unit
    return said("value.with_unit", name=full_name(one), unit=said_unit(unit)) if unit else full_name(one)


def said_unit(unit: str) -> Said:
    """A unit as a fact."""
    return said(f"unit.{unit}")


def shown(one: Series, each: Calendar) -> Value:
    """The value of a month in a table; marked where it misses the target."""
    value = one.value(each)
    if value is None and not one.due(each):
        return None
    return (
        Toned(one.figure(value, each), "bad")
        if value is not None and one.misses(value, each)
        else one.figure(value, each)
    )


def of_service(one: Series, name: str, each: Calendar) -> Value:
    """A service's value in a month, marked where it misses what was agreed for it, or else the target that
    the indicator had in it.
    """
    point = one.points.get(each)
    value = dict(point.services).get(name) if point else None
    kept = dict(point.kept).get(name) if point else None
    missed = value is not None and (one.misses(value, each) if kept is None else not kept)
    return Toned(one.figure(value), "bad") if missed else one.figure(value)


def _called(names: Sequence[str]) -> dict[str, Value]:
    """By the name in a log, the name in the catalogue, or that of the log where the catalogue knows none."""
    known = {key: Name(*both) for key, both in levels.called().items()}
    return {name: known.get(levels.key_of(name), name) for name in names}


def services(register: Register, series: Sequence[Series]) -> list[Table]:
    """Availability by service: on paper the months of the period across, in the workbook all months down."""
    found: list[Table] = []
    for one in series:
        names = sorted({name for point in one.points.values() for name, _value in point.services})
        if not names:
            continue
        called = _called(names)
        rows = [
            (called[name], tuple(of_service(one, name, each) for each in register.period)) for name in names
        ]
        found += matrix(said("table.services"), said("col.service"), register.period, rows)
        columns = (
            Column(said("col.month"), "month", 8),
            *(Column(called[name], "number", 10, one.figure(None).decimals) for name in names),
        )
        down = tuple(
            (month(each), *(of_service(one, name, each) for name in names))
            for each in register.window
            if each in one.points and one.points[each].services
        )
        found.append(Table(said("table.services"), columns, down, where="book"))
    return found


def value_table(register: Register, series: Sequence[Series]) -> Table:
    """The same values one to a row, for filters and pivots."""
    columns = (
        Column(said("col.code"), width=7),
        Column(said("col.indicator"), width=22),
        Column(said("col.month"), "month"),
        Column(said("col.value"), "figure"),
        Column(said("col.unit"), width=6),
        Column(said("col.target")),
        Column(said("col.judged"), width=8),
        Column(said("col.numerator"), "number", decimals=0),
        Column(said("col.denominator"), "number", decimals=0),
        Column(said("col.comment"), width=24),
        Column(said("col.source"), width=20),
    )
    rows = tuple(
        (
            one.code,
            one.name,
            month(each),
            replace(one.figure(point.value, each), unit="") if point else None,
            said_unit(one.told(each).unit),
            one.target_words(each),
            judged(one, each),
            point.numerator if point else None,
            point.denominator if point else None,
            point.comment if point else "",
            _origin(register, one, point),
        )
        for one in series
        for each in one.of(register.window)
        for point in (one.points.get(each),)
    )
    return Table(said("table.values"), columns, rows, where="book")


def _origin(register: Register, one: Series, point: Point | None) -> Value:
    """File name behind one value, or how else it came to be; nothing where there is no value."""
    if point is None:
        return None
    if point.source in register.files:
        return str(register.files[point.source].filename)
    if one.own:
        return said("value.this_system")
    if not point.by or point.at is None:
        return said("value.entered")
    return said("value.entered_by", name=point.by, day=local(point.at).date())


def judged(one: Series, each: Calendar) -> Value:
    """Met, missed, no data or no target, in a month."""
    value = one.value(each)
    if value is None:
        return Toned(said("value.no_data"), "neutral")
    if one.target_words(each) is None:
        return said("value.no_target")
    return Toned(said("value.missed"), "bad") if one.misses(value, each) else Toned(said("value.met"), "good")


def month(one: Calendar) -> Month:
    """A month as the pack keeps it."""
    return Month(one.first)


def spans(missing: Sequence[Calendar]) -> list[Value]:
    """Months that follow each other as one span: 2026-01 – 2026-03, 2026-05."""
    found: list[list[Calendar]] = []
    for each in missing:
        if found and found[-1][-1].plus(1) == each:
            found[-1].append(each)
        else:
            found.append([each])
    return [
        month(span[0]) if len(span) == 1 else said("value.range", first=month(span[0]), last=month(span[-1]))
        for span in found
    ]


def latest(values: Sequence[Value], most: int) -> Many:
    """The last so many of the values, and how many more there are."""
    rest = len(values) - most
    return Many((*values[-most:], *([said("value.more", count=rest)] if rest > 0 else [])))
