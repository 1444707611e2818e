"""What the indicators say for inputs c2, e, g, h, i, j: tables, charts, and sentences on targets and gaps."""

from collections.abc import Sequence
from decimal import Decimal

from audit_app.indicators import trend
from audit_app.indicators.periods import Month as Calendar
from audit_app.reviews.pack import (
    Block,
    Column,
    Line,
    Many,
    Month,
    Plot,
    Remark,
    Said,
    Table,
    Toned,
    Value,
    said,
)
from audit_app.reviews.series import Point, Register, Series, full_name, movement

PLACES: dict[str, tuple[str, ...]] = {
    "e": ("CSAT", "CMP", "CMC"),
    "g": ("OBJ",),
    "i": ("SUP",),
    "j": ("CAP", "BUD", "TRN", "CPU", "IPH"),
    "c1": ("NCT", "NCR"),
    "c3": ("AUD",),
}
"""Which input shows an indicator; whatever is not named here is a matter of the services (h)."""
ABREAST = 6
"""Indicators side by side in a table of months on paper."""
ENOUGH = 8
"""Months needed before process limits mean anything."""

WORD = {"improving": "good", "worsening": "bad"}


def codes_of(register: Register, key: str) -> tuple[str, ...]:
    """Codes of the indicators an input shows."""
    elsewhere = {code for codes in PLACES.values() for code in codes}
    if key == "h":
        return tuple(one.code for one in register.series if one.code not in elsewhere)
    return PLACES.get(key, ())


def month(one: Calendar) -> Month:
    """A month as the pack keeps it."""
    return Month(one.first)


def for_input(register: Register, key: str) -> tuple[Block, ...]:
    """Everything an input shows of its own indicators: misses and gaps first, then charts, then the
    months.
    """
    series = register.of(codes_of(register, key))
    told = [one for one in series if one.points]
    if not told:
        return (Remark(said("indicator.none"), "neutral"),) if series else ()
    remarks = [*misses(register, told), *gaps(register, series)]
    if key == "h":
        remarks += service_misses(register, told)
    register = register.trimmed(told)
    tables = [*month_tables(register, told), value_table(register, told)]
    plots = [plot(register, one) for one in told]
    return (*remarks, *plots, *services(register, told), *tables)


def misses(register: Register, series: Sequence[Series]) -> list[Remark]:
    """One sentence per indicator that missed its target, with every month; or that none did."""
    found = [
        Remark(
            said(
                "indicator.missed",
                name=one.name,
                code=one.code,
                target=one.target_words(missed[-1]),
                count=len(missed),
                total=len(register.known(one)),
                months=Many(
                    tuple(
                        said("indicator.missed_month", value=one.figure(one.value(each)), month=month(each))
                        for each in missed
                    )
                ),
            ),
            "bad",
        )
        for one in series
        if (missed := register.missed(one))
    ]
    judged = any(one.has_target and register.known(one) for one in series)
    return found or ([Remark(said("indicator.all_met"), "good")] if judged else [])


def gaps(register: Register, series: Sequence[Series]) -> list[Remark]:
    """Months without data, named; indicators without any value in one sentence."""
    silent = tuple(full_name(one) for one in series if not register.known(one))
    found = [
        Remark(
            said("indicator.gap", name=one.name, code=one.code, months=Many(tuple(map(month, missing)))),
            "warn",
        )
        for one in series
        if register.known(one) and (missing := register.gaps(one))
    ]
    if silent and register.period:
        found.append(Remark(said("indicator.no_values", names=Many(silent)), "neutral"))
    return found


def service_misses(register: Register, series: Sequence[Series]) -> list[Remark]:
    """Each service and month below the availability target."""
    return [
        Remark(
            said(
                "indicator.service_missed",
                service=name,
                value=one.figure(value),
                month=month(each),
                target=one.target_words(),
            ),
            "bad",
        )
        for one in series
        for each in register.known(one)
        for name, value in one.points[each].services
        if one.misses(value)
    ]


def plot(register: Register, one: Series) -> Plot:
    """The months as a line with target; with enough months, process limits and signals beside it."""
    values = tuple(one.value(each) for each in register.window)
    known = [value for value in values if value is not None]
    limits: tuple[Decimal, Decimal, Decimal] | None = None
    signals: tuple[int, ...] = ()
    if len(known) >= ENOUGH and (found := trend.limits(one.numbers(register.window))):
        lower, centre, upper = (
            Decimal(str(round(number, 6))) for number in (found.lower, found.centre, found.upper)
        )
        limits = (lower, centre, upper)
        signals = tuple(
            place for place, value in enumerate(values) if value is not None and not lower <= value <= upper
        )
    return Plot(
        "line",
        full_name(one),
        tuple(map(month, register.window)),
        (Line(one.name, values),),
        unit=one.unit,
        target=one.target if one.better != "band" else None,
        limits=limits,
        signals=signals,
        decimals=one.figure(None).decimals,
        source=source(register, one),
        cases=cases(register, one),
        higher=None if one.better == "band" else int(one.better == "higher"),
    )


def cases(register: Register, one: Series) -> tuple[tuple[int, ...] | None, ...]:
    """Numerator and denominator of each month, where both are whole numbers and the unit is percent."""
    found: list[tuple[int, ...] | None] = []
    for each in register.window:
        point = one.points.get(each)
        pair = (point.numerator, point.denominator) if point and one.unit == "%" else (None, None)
        whole = [
            int(number) for number in pair if number is not None and number == int(number) and number >= 0
        ]
        found.append((whole[0], whole[1]) if len(whole) == 2 else None)
    return tuple(found) if any(found) else ()


def source(register: Register, one: Series) -> Value:
    """File names behind an indicator, or that it was typed in."""
    used = {point.source for point in one.points.values()}
    names = tuple(register.files[each].filename for each in register.files if each in used)
    if one.own:
        return said("value.this_system")
    return Many(names) if names else said("value.entered")


def column(one: Series) -> Column:
    """Head of a column of values: code and unit."""
    unit = "" if one.unit in ("n", "currency") else one.unit
    title: Value = said("col.code_unit", code=one.code, unit=said_unit(unit)) if unit else one.code
    return Column(title, "number", 10, one.figure(None).decimals)


def said_unit(unit: str) -> Said:
    """A unit as a fact."""
    return said(f"unit.{unit}")


def shown(one: Series, each: Calendar) -> Value:
    """The value of a month in a table; marked where it misses the target."""
    value = one.value(each)
    return (
        Toned(one.figure(value), "bad")
        if value is not None and one.misses(value, each)
        else one.figure(value)
    )


def of_service(one: Series, value: Decimal | None) -> Value:
    """A service's value, marked where it misses the target of the indicator."""
    return Toned(one.figure(value), "bad") if value is not None and one.misses(value) else one.figure(value)


def month_tables(register: Register, series: Sequence[Series]) -> list[Table]:
    """Months down, indicators across, as many tables as paper needs; missed values are marked."""
    tables = []
    for start in range(0, len(series), ABREAST):
        part = series[start : start + ABREAST]
        rows = tuple((month(each), *(shown(one, each) for one in part)) for each in register.window)
        columns = (Column(said("col.month"), "month", 8), *map(column, part))
        tables.append(Table(said("table.months"), columns, rows, where="paper"))
    return tables


def value_table(register: Register, series: Sequence[Series]) -> Table:
    """The same values one to a row, for filters and pivots."""
    columns = (
        Column(said("col.code"), width=7),
        Column(said("col.indicator"), width=22),
        Column(said("col.month"), "month"),
        Column(said("col.value"), "number", decimals=2),
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
            point.value if point else None,
            said_unit(one.unit),
            one.target_words(each),
            judged(one, each),
            point.numerator if point else None,
            point.denominator if point else None,
            point.comment if point else "",
            _origin(register, one, point),
        )
        for one in series
        for each in register.window
        for point in (one.points.get(each),)
    )
    return Table(said("table.values"), columns, rows, where="book")


def _origin(register: Register, one: Series, point: Point | None) -> Value:
    """File name behind one value, or how else it came to be; nothing where there is no value."""
    if point is None:
        return None
    if point.source in register.files:
        return str(register.files[point.source].filename)
    return said("value.this_system" if one.own else "value.entered")


def judged(one: Series, each: Calendar) -> Value:
    """Met, missed, no data or no target, in a month."""
    value = one.value(each)
    if value is None:
        return Toned(said("value.no_data"), "neutral")
    if one.target_words(each) is None:
        return said("value.no_target")
    return Toned(said("value.missed"), "bad") if one.misses(value, each) else Toned(said("value.met"), "good")


def services(register: Register, series: Sequence[Series]) -> list[Table]:
    """Availability by service: months down, services across."""
    found = []
    for one in series:
        names = sorted({name for point in one.points.values() for name, _value in point.services})
        for start in range(0, len(names), ABREAST):
            part = names[start : start + ABREAST]
            span = [each for each in register.window if one.points.get(each) and one.points[each].services]
            rows = tuple(
                (month(each), *(of_service(one, dict(one.points[each].services).get(name)) for name in part))
                for each in span
            )
            columns = (
                Column(said("col.month"), "month", 8),
                *(Column(name, "number", 10, one.figure(None).decimals) for name in part),
            )
            found.append(Table(said("table.services"), columns, rows))
    return found


def moved(one: Series, upto: Calendar) -> Value:
    """Improving or worsening with its tone, else that there is no clear trend."""
    word = movement(one, upto)
    return Toned(said(f"movement.{word}"), WORD[word]) if word else said("value.no_trend")


def overview(register: Register) -> tuple[Block, ...]:
    """Input c2: each indicator with its latest month against target, the month before and the year before."""
    told = [one for one in register.series if register.known(one)]
    if not told:
        return (Remark(said("indicator.none"), "neutral"),)
    columns = (
        Column(said("col.indicator"), width=25),
        Column(said("col.target"), width=10),
        Column(said("col.last"), "figure", 10),
        Column(said("col.last_month"), "month", 8),
        Column(said("col.previous"), "figure", 10),
        Column(said("col.last_year"), "figure", 10),
        Column(said("col.movement"), width=15),
        Column(said("col.judged"), width=11),
    )
    table = Table(said("table.indicators"), columns, tuple(_row(register, one) for one in told))
    counted = [met_plot(register)] if any(one.has_target for one in told) else []
    listed = [*misses(register, told), *gaps(register, register.series)]
    return (Remark(said("indicator.elsewhere"), "neutral"), *listed, *counted, table)


def _row(register: Register, one: Series) -> tuple[Value, ...]:
    last = register.known(one)[-1]
    return (
        full_name(one),
        one.target_words(last),
        shown(one, last),
        month(last),
        shown(one, last.previous()),
        shown(one, last.same_month_last_year()),
        moved(one, last),
        judged(one, last),
    )


def met_plot(register: Register) -> Plot:
    """Share of the indicators with a target and a value that met it, month by month."""
    shares: list[Decimal | None] = []
    pairs: list[tuple[int, ...] | None] = []
    for each in register.window:
        values = [
            (one, value)
            for one in register.series
            if one.has_target and (value := one.value(each)) is not None
        ]
        met = sum(not one.misses(value, each) for one, value in values)
        shares.append(Decimal(met) * 100 / len(values) if values else None)
        pairs.append((met, len(values)) if values else None)
    return Plot(
        "bar",
        said("plot.met"),
        tuple(map(month, register.window)),
        (Line(said("plot.met"), tuple(shares)),),
        unit="%",
        decimals=0,
        source=said("table.indicators"),
        cases=tuple(pairs),
        higher=1,
    )


def targets(register: Register) -> tuple[Block, ...]:
    """Input g: every target, met or missed, with the months that missed it."""
    told = [one for one in register.series if one.has_target and register.known(one)]
    if not told:
        return ()
    columns = (
        Column(said("col.indicator"), width=26),
        Column(said("col.target"), width=10),
        Column(said("col.last"), "figure", 10),
        Column(said("col.last_month"), "month", 8),
        Column(said("col.judged"), width=11),
        Column(said("col.missed"), "int", 9),
    )
    rows = tuple(
        (
            full_name(one),
            one.target_words(last),
            shown(one, last),
            month(last),
            judged(one, last),
            len(register.missed(one)),
        )
        for one in told
        for last in register.known(one)[-1:]
    )
    return (Table(said("table.targets"), columns, rows),)
