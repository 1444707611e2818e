"""What the indicators of an input say: sentences on targets and gaps, charts, tables of their months."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from audit_app.indicators.behaviour import Behaviour, Rule, Signal
from audit_app.indicators.periods import Month as Calendar
from audit_app.reviews.compile_months import latest, month, month_matrix, services, spans, value_table
from audit_app.reviews.pack import (
    Block,
    Line,
    Many,
    Plot,
    Remark,
    Said,
    Value,
    said,
)
from audit_app.reviews.series import Register, Series, behaviour, full_name, movement

PLACES: dict[str, tuple[str, ...]] = {
    "e": ("CSAT", "CMP", "CMC"),
    "g": ("OBJ",),
    "i": ("SUP",),
    "j": ("CAP", "BUD", "TRN", "CPU", "IPH"),
    "c1": ("NCO", "NCF", "NCT", "NCR", "EFF"),
    "c3": ("AUD", "CNF", "CWE"),
}
"""Which input shows an indicator; whatever is not named here is a matter of the services (h)."""
NAMED = 3
"""Months, or spans of months, that a sentence names before it says "+n more"."""
VALUES_NAMED = frozenset({"AVL", "SLA"})
"""Service levels owed to customers: sentences name every missed month of a year with its value."""
COUNTED = frozenset({"c1", "c3"})
"""Inputs whose own charts count records; their indicators stand beside them as a table."""
DRAWN = 3
"""Values needed before a chart says more than the table."""
SPANS = 2
"""Runs of months with a signal that a sentence names."""
RULES = list(Rule)
SIGNAL_TONES = {"worsening": "bad", "improving": "good"}


def codes_of(register: Register, key: str) -> tuple[str, ...]:
    """Codes of the indicators an input shows."""
    elsewhere = {code for codes in PLACES.values() for code in codes}
    if key == "h":
        return tuple(one.code for one in register.series if one.code not in elsewhere)
    return PLACES.get(key, ())


def for_input(register: Register, key: str) -> tuple[Block, ...]:
    """Everything an input shows of its own indicators: misses and gaps first, then charts, then the
    months.
    """
    series = register.of(codes_of(register, key))
    told = [one for one in series if one.points]
    if not told:
        return (Remark(said("indicator.none"), "neutral"),) if series else ()
    remarks = misses(register, told)
    if key == "h":
        remarks += service_misses(register, told)
    remarks += redefined(register, told)
    remarks += target_changes(register, told)
    remarks += signals(register, told)
    remarks += gaps(register, series)
    shown_register = register.trimmed(told)
    drawn = () if key in COUNTED else told
    plots = [plot(shown_register, one) for one in drawn if len(one.points) >= DRAWN]
    tables = [*services(register, told), *month_matrix(register, told), value_table(shown_register, told)]
    return (*remarks, *plots, *tables)


def misses(register: Register, series: Sequence[Series]) -> list[Remark]:
    """One line per indicator that missed its target; or that none did."""
    found = [
        Remark(_missed(register, one, missed), "bad") for one in series if (missed := register.missed(one))
    ]
    judged = any(one.has_target and register.known(one) for one in series)
    return found or ([Remark(said("indicator.all_met"), "good")] if judged else [])


def _missed(register: Register, one: Series, missed: Sequence[Calendar]) -> Said:
    """How often and when; with the values where they are service levels owed to customers."""
    last = register.known(one)[-1]
    valued = one.code in VALUES_NAMED
    each: list[Value] = [month(at) for at in missed]
    if valued:
        key = "indicator.missed_month"
        each = [said(key, value=one.figure(one.value(at), at), month=month(at)) for at in missed]
    every = one.told(last).every
    periods: dict[str, Value] = {} if every == 1 else {"periods": said(f"periods.{every}")}
    facts: dict[str, Value] = {
        "name": one.name,
        "code": one.code,
        "target": one.target_words(last),
        "total": len(register.known(one)),
        "value": one.figure(one.value(last), last),
        "month": month(last),
    }
    if len(missed) == len(register.known(one)) > 1 and not (periods or valued):
        return said("indicator.missed_all", **facts)
    return said(
        "indicator.missed_periods" if periods else "indicator.missed_short",
        **periods,
        **facts,
        count=len(missed),
        months=latest(each, 12 if valued else NAMED),
    )


def target_changes(register: Register, series: Sequence[Series]) -> list[Remark]:
    """Each target that began in the period after another had held: from what, to what, and why."""
    return [
        Remark(
            said(
                "indicator.target_changed",
                name=one.name,
                code=one.code,
                month=month(first),
                before=one.words(before, first.previous()) or said("value.no_target"),
                after=one.words(after, first) or said("value.no_target"),
                reason=one.reasons.get(first, ""),
            ),
            "info",
        )
        for one in series
        for first, before, after in one.began(register.period)
        if first not in one.redefined
    ]


def redefined(register: Register, series: Sequence[Series]) -> list[Remark]:
    """Each redefinition whose months before are shown: since when, why, and what was measured until then."""
    return [
        Remark(
            said(
                "indicator.redefined",
                name=one.name,
                code=one.code,
                month=month(each.until),
                reason=one.redefined.get(each.until, ""),
                formula=each.formula,
            ),
            "warn",
        )
        for one in series
        for each in one.earlier
        if each.until in register.window
    ]


def _of_months(
    key: str, series: Sequence[Series], found: Callable[[Series], list[Calendar]], tone: str
) -> list[Remark]:
    """One sentence for all indicators of which the same months are to be told, in their order."""
    together: dict[tuple[Calendar, ...], list[Series]] = {}
    for one in series:
        if told := tuple(found(one)):
            together.setdefault(told, []).append(one)
    return [
        Remark(said(key, name=same[0].name, code=same[0].code, months=latest(spans(told), NAMED)), tone)
        if len(same) == 1
        else Remark(
            said(
                f"{key}s",
                months=latest(spans(told), NAMED),
                names=Many(tuple(full_name(one) for one in same)),
                count=len(same),
            ),
            tone,
        )
        for told, same in together.items()
    ]


def gaps(register: Register, series: Sequence[Series]) -> list[Remark]:
    """Months that nobody measured, as spans, and those without a case; indicators without any value in one
    sentence.
    """
    silent = tuple(full_name(one) for one in series if not register.known(one))
    known = [one for one in series if register.known(one)]
    found = _of_months("indicator.gap", known, register.gaps, "warn")
    found += _of_months("indicator.no_case", known, register.without_case, "neutral")
    if silent and register.period:
        found.append(Remark(said("indicator.no_values", names=Many(silent)), "neutral"))
    return found


def service_misses(register: Register, series: Sequence[Series]) -> list[Remark]:
    """Each service below the availability target, with its months and their values.

    Services with an agreement of their own are told by what was agreed for them (``compile_services``).
    """
    found = []
    for one in series:
        last = max(register.known(one), default=None)
        months: dict[str, list[Value]] = {}
        for each in register.known(one):
            for name, value in one.points[each].services:
                if name not in dict(one.points[each].kept) and one.misses(value, each):
                    words = said("indicator.missed_month", value=one.figure(value, each), month=month(each))
                    months.setdefault(name, []).append(words)
        found += [
            Remark(
                said(
                    "indicator.service_months",
                    service=name,
                    months=latest(each_month, 12),
                    target=one.target_words(last),
                ),
                "bad",
            )
            for name, each_month in months.items()
            if last is not None
        ]
    return found


def plot(register: Register, one: Series) -> Plot:
    """The months as a line with target; with enough months, natural limits and signals beside it.

    What was measured otherwise is a line of its own, or left out where it has another unit.
    """
    register = replace(register, window=one.of(register.window))
    end = register.window[-1]
    told = one.told(end)
    drawn = [each if one.told(each).unit == told.unit else None for each in register.window]
    known = [
        value for each in register.window if one.alike(each, end) and (value := one.value(each)) is not None
    ]
    span, found = behaviour(one, end)
    places = {month: place for place, month in enumerate(span)}
    signals = {span[place] for place in found.places}
    targets = tuple(one.target_of(each) if each else None for each in drawn)
    return Plot(
        "line",
        full_name(one),
        tuple(map(month, register.window)),
        lines(one, register.window, drawn),
        unit=told.unit,
        target=targets[0] if targets and len(set(targets)) == 1 and not one.by_month else None,
        bounds=_bounds(known, register, places, found, told.unit),
        signals=tuple(place for place, each in enumerate(register.window) if each in signals),
        decimals=one.figure(None, end).decimals,
        source=source(register, one),
        cases=cases(register, one),
        higher=None if told.better == "band" else int(told.better == "higher"),
        targets=targets if one.by_month or len(set(targets)) > 1 else (),
    )


def lines(one: Series, window: Sequence[Calendar], drawn: Sequence[Calendar | None]) -> tuple[Line, ...]:
    """A line for each definition, the present one first: old and new never make one line."""
    end = window[-1]
    starts = list(dict.fromkeys([one.since(end), *reversed([one.since(each) for each in window])]))
    made = []
    for start in starts:
        values = tuple(
            one.value(each) if each is not None and one.since(each) == start else None for each in drawn
        )
        if start == one.since(end):
            name: Value = one.name if start is None else said("line.from", month=month(start))
            made.append(Line(name, values))
        elif any(value is not None for value in values):
            until = next(each.until for each in one.earlier if start is None or each.until > start)
            name = said("line.up_to", month=month(until.previous()))
            made.append(Line(name, values, "neutral"))
    return tuple(made)


def _bounds(
    known: Sequence[Decimal],
    register: Register,
    places: dict[Calendar, int],
    found: Behaviour,
    unit: str,
) -> tuple[tuple[Decimal | None, ...], ...] | None:
    """Lower limit, mean and upper limit of each month shown; None where there are none at all."""
    rows: list[tuple[Decimal | None, ...]] = []
    for each in register.window:
        place = places.get(each)
        stretch = found.at(place) if place is not None else None
        if place is None or stretch is None or stretch.centre is None:
            rows.append((None, None, None))
            continue
        at = place - stretch.start
        lower, centre, upper = (
            None if number is None else Decimal(str(round(number, 6)))
            for number in (stretch.lower[at], stretch.centre, stretch.upper[at])
        )
        if lower is not None and min(known) >= 0:  # What is counted or measured cannot fall below nothing,
            lower = max(lower, Decimal(0))
        if upper is not None and unit == "%" and max(known) <= 100:  # and a share cannot pass the whole.
            upper = min(upper, Decimal(100))
        rows.append((lower, centre, upper))
    return tuple(zip(*rows, strict=True)) if any(row[1] is not None for row in rows) else None


def signals(register: Register, series: Sequence[Series]) -> list[Remark]:
    """Signals of the period, a line an indicator, bad ones first; or that there was none, said plainly."""
    judged, found = 0, []
    for one in series:
        known = register.known(one)
        if not known:
            continue
        span, behaves = behaviour(one, known[-1])
        judged += behaves.stretches[-1].centre is not None
        told = [_stretch(months, signal) for months, signal in _together(span, behaves, register.period)]
        if told:
            words = said("indicator.signals", name=one.name, code=one.code, signals=latest(told, SPANS))
            found.append(Remark(words, SIGNAL_TONES.get(movement(one, known[-1]), "info")))
    if not found and judged:
        return [Remark(said("indicator.no_signal", count=judged), "neutral")]
    return sorted(found, key=lambda remark: remark.tone != "bad")


def _together(
    span: Sequence[Calendar], found: Behaviour, period: Sequence[Calendar]
) -> list[tuple[list[Calendar], Signal]]:
    """Neighbouring months with a signal on the same side as one, with the plainest of their rules."""
    told: list[tuple[list[Calendar], Signal]] = []
    for place in found.places:
        signal, at = found.signals_at(place)[0], span[place]
        if at not in period:
            continue
        if told and told[-1][0][-1].plus(1) == at and told[-1][1].above == signal.above:
            months, plainest = told.pop()
            told.append(([*months, at], min(plainest, signal, key=lambda each: RULES.index(each.rule))))
        else:
            told.append(([at], signal))
    return told


def _stretch(months: Sequence[Calendar], signal: Signal) -> Said:
    key = f"signal.{signal.rule.value}.{'above' if signal.above else 'below'}"
    return said(key, months=spans(months)[0])


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
    """The file behind an indicator, or the first and the last of many; or that it was typed in."""
    used = {point.source for point in one.points.values()}
    names = tuple(register.files[each].filename for each in register.files if each in used)
    if one.own:
        return said("value.this_system")
    if len(names) > 1:
        return said("value.files", first=names[0], last=names[-1], count=len(names))
    return names[0] if names else said("value.entered")
