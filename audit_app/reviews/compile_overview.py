"""What all indicators say together, for inputs c2 and g: how many targets were met, which were missed."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from audit_app.indicators.periods import Month as Calendar
from audit_app.reviews.compile_indicators import gaps
from audit_app.reviews.compile_months import judged, month, shown
from audit_app.reviews.pack import Block, Column, Line, Plot, Remark, Table, Toned, Value, said
from audit_app.reviews.series import Register, Series, full_name, movement

WORD = {"improving": "good", "worsening": "bad"}


def overview(register: Register, silent: Collection[str] = ()) -> tuple[Block, ...]:
    """Input c2: how many targets were met, each target missed, and each indicator with its latest month
    against target, the month before and the year before. ``silent``: codes of R14, missed without a word.
    """
    told = [one for one in register.series if register.known(one)]
    if not told:
        return (Remark(said("indicator.none"), "neutral"),)
    columns = (
        Column(said("col.indicator"), width=27),
        Column(said("col.target"), width=10),
        Column(said("col.last"), "figure", 11),
        Column(said("col.last_month"), "month", 8),
        Column(said("col.previous"), "figure", 11),
        Column(said("col.last_year"), "figure", 11),
        Column(said("col.movement"), width=14),
        Column(said("col.judged"), width=9),
    )
    table = Table(said("table.indicators"), columns, tuple(_row(register, one) for one in told))
    counted = [met_plot(register)] if any(one.has_target for one in told) else []
    remarks = [*_summary(register, told), *gaps(register, register.series)]
    elsewhere = Remark(said("indicator.elsewhere"), "neutral")
    return (*remarks, *counted, *missed_table(register, told, silent), table, elsewhere)


def _summary(register: Register, told: Sequence[Series]) -> list[Remark]:
    """How many indicators meet their target now, and how many missed it at some time."""
    judged_ones = [one for one in told if one.has_target]
    missed = sum(bool(register.missed(one)) for one in judged_ones)
    now = sum(last_missed(register, one) for one in judged_ones)
    if not judged_ones:
        return []
    facts: dict[str, Value] = {"met": len(judged_ones) - now, "whole": len(judged_ones), "missed": missed}
    return [Remark(said("indicator.summary", **facts), "bad" if now else "warn" if missed else "good")]


def last_missed(register: Register, one: Series) -> bool:
    """Whether the latest month of the period with a value missed the target."""
    last = register.known(one)[-1]
    return one.misses(one.points[last].value, last)


def since(register: Register, one: Series) -> Value:
    """The month since which every known value missed the target; None where the latest meets it."""
    first = None
    for each in reversed([at for at in register.window if at in one.points]):
        if not one.misses(one.points[each].value, each) or not one.alike(each, register.known(one)[-1]):
            break
        first = each
    return None if first is None else month(first)


def missed_table(register: Register, told: Sequence[Series], silent: Collection[str]) -> list[Table]:
    """The targets missed in the period: how often, how it stands now, since when, and whether anybody spoke
    of it (R14). Missed now comes first, then by number of months.
    """
    rows = [one for one in told if register.missed(one)]
    rows.sort(key=lambda one: (not last_missed(register, one), -len(register.missed(one)), one.code))
    columns = (
        Column(said("col.indicator"), width=30),
        Column(said("col.target"), width=11),
        Column(said("col.missed"), width=11),
        Column(said("col.last"), "figure", 12),
        Column(said("col.last_month"), "month", 9),
        Column(said("col.since"), "month", 9),
        Column(said("col.spoken"), width=14),
    )
    cells = tuple(
        (
            full_name(one),
            one.target_words(last),
            said("value.of", part=len(register.missed(one)), whole=len(register.known(one))),
            shown(one, last),
            month(last),
            since(register, one),
            Toned(said("value.silent"), "warn") if one.code in silent else said("value.spoken"),
        )
        for one in rows
        for last in register.known(one)[-1:]
    )
    return [Table(said("table.missed"), columns, cells)] if cells else []


def moved(one: Series, upto: Calendar) -> Value:
    """What the signals say, with its tone."""
    word = movement(one, upto)
    words = said(f"movement.{word}")
    return Toned(words, WORD[word]) if word in WORD else words


def _row(register: Register, one: Series) -> tuple[Value, ...]:
    last = register.known(one)[-1]
    return (
        full_name(one),
        one.target_words(last),
        shown(one, last),
        month(last),
        *(
            shown(one, each) if one.alike(each, last) else one.figure(None)
            for each in (last.plus(-one.told(last).every), last.same_month_last_year())
        ),
        moved(one, last),
        judged(one, last),
    )


FEWEST = 3
"""Indicators a month must tell of before a share of them is drawn: one of one is no hundred percent."""


def met_plot(register: Register) -> Plot:
    """Share of the indicators with a target and a value that met it, month by month.

    A month that few of them have measured yet tells nothing of all: it is left out.
    """
    values = [
        [
            not one.misses(value, each)
            for one in register.series
            if one.has_target and (value := one.value(each)) is not None
        ]
        for each in register.window
    ]
    enough = max(FEWEST, *(len(each) / 2 for each in values), 0)
    pairs = [(sum(each), len(each)) if len(each) >= enough else None for each in values]
    shares = [Decimal(pair[0]) * 100 / pair[1] if pair else None for pair in pairs]
    first = next((place for place, share in enumerate(shares) if share is not None), 0)
    shares, pairs = shares[first:], pairs[first:]
    return Plot(
        "bar",
        said("plot.met"),
        tuple(map(month, register.window[first:])),
        (Line(said("plot.met"), tuple(shares)),),
        unit="%",
        decimals=0,
        source=said("plot.met_source"),
        cases=tuple(pairs),
        higher=1,
    )


def targets(register: Register) -> tuple[Block, ...]:
    """Input g: how many targets were met all the time; each target with its misses for the workbook."""
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
    missed = sum(bool(register.missed(one)) for one in told)
    facts: dict[str, Value] = {"met": len(told) - missed, "whole": len(told)}
    return (
        Remark(said("indicator.targets", **facts), "neutral"),
        Table(said("table.targets"), columns, rows, where="book"),
    )
