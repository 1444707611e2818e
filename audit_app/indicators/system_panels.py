"""The trends of nonconformities as panels: monthly series with limits, words, and what is behind each."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from flask_babel import gettext as _

from audit_app.accounts.models import Person, in_reader_language
from audit_app.accounts.queries import departments, processes
from audit_app.competence.standards import clause_told
from audit_app.core.clock import today
from audit_app.exports.charts import Chart, Series
from audit_app.findings import chart_figures as figures
from audit_app.findings import filters
from audit_app.findings.chart_figures import NONE, Monthly, Selection
from audit_app.findings.chart_panels import Line, Panel, rate
from audit_app.findings.chart_screens import to_register
from audit_app.indicators import charting, exports, register, system_counts
from audit_app.indicators.board import Point, Standing
from audit_app.indicators.entry import rounded
from audit_app.indicators.models import Indicator, Source
from audit_app.indicators.periods import Month
from audit_app.indicators.system_counts import AGES, By, Flow, Raised
from audit_app.indicators.system_tables import Heat, Spot
from audit_app.indicators.trend import Movement
from audit_app.web.formats import month, number

SHOWN = 4
"""Kinds with bars of their own; the others stand together, and each by itself in the table."""


def standing(indicator: Indicator, cases: Sequence[tuple[Month, int, int | None]]) -> Standing:
    """How a series stands that was counted here: (month, numerator, denominator or None for a count)."""
    points = [
        Point(
            at,
            rounded(float(part) if whole is None else 100 * part / whole),
            Decimal(part),
            None if whole is None else Decimal(whole),
            source=Source.SYSTEM,
        )
        if whole is None or whole
        else Point(at)
        for at, part, whole in cases
    ]
    return Standing(indicator, tuple(points))


def told(stands: Standing) -> str:
    """What the signals say of the last month, where the limits come from, and which months are signals."""
    if stands.last is None:
        return ""
    words = [_("%(word)s.", word=stands.movement.label)] if stands.movement in SAID else []
    words += [f"{at}: {why}." for at, why in exports.signals(stands)[:3]]
    return " ".join([*words, exports.limits_words(stands)])


SAID = frozenset({Movement.IMPROVING, Movement.WORSENING, Movement.CHANGED, Movement.NO_SIGNAL})
"""Words that the sentence on the limits does not hold already."""


def drawn(stands: Standing, chosen: Selection, title: str) -> Chart:
    """The months chosen of a series, with the limits of all months that they look back on."""
    first = Month.of(chosen.first)
    chart = charting.chart(stands, [each for each in stands.points if each.month >= first])
    return replace(chart, title=title, source=_("register of findings"))


def panels(person: Person, chosen: Selection, by: By) -> tuple[list[Panel], Heat]:
    """All panels of the nonconformities and the table by kind and month, in a constant number of queries."""
    known, rows = register.of_the_system(), system_counts.raised(person, chosen)
    months = system_counts.flow(person, chosen)
    kinds, heat = _by_kind(rows, chosen, by)
    return [
        _raised(known["nco"], rows, chosen),
        kinds,
        _flow(months, chosen),
        _ages(months, chosen),
        _on_time(known["ncf"], known["nct"], person, chosen),
        _again(known["ncr"], person, chosen),
        _checked(known["eff"], system_counts.checked(person, chosen), chosen),
    ], heat


def _raised(indicator: Indicator, rows: Sequence[Raised], chosen: Selection) -> Panel:
    counts: Counter[Month] = Counter()
    for each in rows:
        counts[Month.of(each.day)] += each.count
    span = [Month.of(each) for each in system_counts.wide(chosen).months]
    begun = next((place for place, each in enumerate(span) if counts[each]), len(span))
    finished = Month.of(today()).previous()
    stands = standing(indicator, [(each, counts[each], None) for each in span[begun:] if each <= finished])
    shown = [each for each in map(Month.of, chosen.months) if each in span[begun:] and each <= finished]
    lines = tuple(
        Line(month(each.first), ((counts[each], to_register(chosen, **_raised_in(each, chosen))),))
        for each in shown
    )
    note = _("Nonconformities raised per finished month. More audits find more: read it beside the audits.")
    title = _("Nonconformities raised per month")
    columns = (_("Month"), _("Nonconformities"))
    return Panel("raised", drawn(stands, chosen, title), f"{note} {told(stands)}", columns, lines)


def _raised_in(each: Month, chosen: Selection) -> dict[str, Any]:
    return {"raised_from": each.first, "raised_to": min(each.last, chosen.last)}


def names_of(by: By) -> Callable[[Any], str]:
    """What a kind is called."""
    if by is By.CLAUSE:
        return lambda key: clause_told(key[1], key[0]) if key[0] else _("no clause")
    if by in (By.PROCESS, By.DEPARTMENT):
        rows = processes(all_=True) if by is By.PROCESS else departments(all_=True)
        names = {each.id: in_reader_language(each.name_en, each.name_zh) for each in rows}
        missing = _("no process") if by is By.PROCESS else _("No department")
        return lambda key: names.get(key, missing)
    return lambda key: str(key.label)


def filters_of(by: By, key: Any) -> dict[str, Any]:
    """The filters of the register behind a kind."""
    if by is By.CLAUSE:
        return {"on_clause": key[0] or NONE, "standard": key[1] or None}
    if by in (By.PROCESS, By.DEPARTMENT):
        return {by.value: key or NONE}
    return {by.value: key.value}


def _by_kind(rows: Sequence[Raised], chosen: Selection, by: By) -> tuple[Panel, Heat]:
    counts: Counter[tuple[Any, Month]] = Counter()
    for each in rows:
        if chosen.first <= each.day <= chosen.last:
            counts[each.key(by), Month.of(each.day)] += each.count
    totals: Counter[Any] = Counter()
    for (key, _at), count in counts.items():
        totals[key] += count
    name, months = names_of(by), [Month.of(each) for each in chosen.months]
    keys = sorted(totals, key=lambda key: (-totals[key], str(key)))
    top, rest = keys[:SHOWN], keys[SHOWN:]
    series = [Series(name(key), tuple(counts[key, at] for at in months)) for key in top]
    if rest:
        others = tuple(sum(counts[key, at] for key in rest) for at in months)
        series.append(Series(_("others (%(count)s)", count=len(rest)), others, "neutral"))
    address = partial(_cell, chosen, by)
    lines = tuple(
        Line(
            month(at.first),
            (
                *((counts[key, at], address(key, at)) for key in top),
                *([(sum(counts[key, at] for key in rest), "")] if rest else []),
            ),
        )
        for at in months
    )
    title = _("Nonconformities raised per month, by %(kind)s", kind=_lower(by))
    chart = Chart(
        "stacked", title, tuple(month(at.first) for at in months), tuple(series),
        source=_("register of findings"),
        cases=tuple(sum(counts[key, at] for key in keys) for at in months),
    )  # fmt: skip
    note = _("The %(count)s most frequent have bars of their own; the table below holds all.", count=SHOWN)
    panel = Panel("kinds", chart, note, (_("Month"), *(str(each.name) for each in series)), lines)
    return panel, _heat(title, by, keys, months, counts, totals, name, address, chosen)


def _lower(by: By) -> str:
    return str(by.label).lower()


def _cell(chosen: Selection, by: By, key: Any, at: Month) -> str:
    days = {"raised_from": max(at.first, chosen.first), "raised_to": min(at.last, chosen.last)}
    return to_register(chosen, **days, **filters_of(by, key))


def _heat(
    title: str, by: By, keys: Sequence[Any], months: Sequence[Month], counts: Counter[Any],
    totals: Counter[Any], name: Callable[[Any], str], address: Callable[[Any, Month], str], chosen: Selection,
) -> Heat:  # fmt: skip
    most = max(counts.values(), default=0)
    rows = []
    for key in keys:
        cells = [_spot(counts[key, at], most, address(key, at)) for at in months]
        days = {"raised_from": chosen.first, "raised_to": chosen.last}
        whole = Spot(number(totals[key]), totals[key], "", to_register(chosen, **days, **filters_of(by, key)))
        rows.append((name(key), (*cells, whole)))
    columns = (*(str(at) for at in months), _("Total"))
    note = _("The darker, the more. Each number opens its findings.")
    return Heat("kinds_table", title, note, str(by.label), columns, tuple(rows))


def _spot(count: int, most: int, address: str) -> Spot:
    if not count:
        return Spot("·", 0)
    return Spot(number(count), count, "warn" if count * 2 >= most and most > 1 else "info", address)


def _flow(months: Sequence[Flow], chosen: Selection) -> Panel:
    names = (_("Raised"), _("Closed"))
    chart = Chart(
        "bar", _("Nonconformities raised and closed per month"), tuple(month(each.first) for each in months),
        (
            Series(names[0], tuple(each.raised for each in months), "warn"),
            Series(names[1], tuple(each.closed for each in months), "good"),
        ),
        source=_("register of findings"),
    )  # fmt: skip
    lines = tuple(
        Line(
            month(each.first),
            (
                (each.raised, to_register(chosen, raised_from=each.first, raised_to=each.last)),
                (each.closed, to_register(chosen, closed_from=each.first, closed_to=each.last)),
                (each.open, to_register(chosen, open_on=each.last)),
            ),
        )
        for each in months
    )
    raised, closed = sum(each.raised for each in months), sum(each.closed for each in months)
    note = _(
        "%(raised)s raised, %(closed)s closed, %(open)s still open at the end.",
        raised=number(raised), closed=number(closed), open=number(months[-1].open if months else 0),
    )  # fmt: skip
    return Panel("flow", chart, note, (_("Month"), *names, _("Still open")), lines)


def _ages(months: Sequence[Flow], chosen: Selection) -> Panel:
    names = [
        _("%(first)s–%(last)s days", first=low, last=high)
        if high is not None
        else _("more than %(days)s days", days=low - 1)
        for low, high in AGES
    ]
    tones = ("good", "info", "warn", "bad")
    series = tuple(
        Series(name, tuple(each.ages[place] for each in months), tones[place])
        for place, name in enumerate(names)
    )
    title = _("Open nonconformities on the last day of each month, by days since they were raised")
    chart = Chart(
        "stacked", title, tuple(month(each.first) for each in months), series,
        source=_("register of findings"),
        cases=tuple(each.open for each in months),
    )  # fmt: skip
    lines = tuple(
        Line(
            month(each.first),
            tuple((count, _aged(chosen, each, place)) for place, count in enumerate(each.ages)),
        )
        for each in months
    )
    note = _(
        "What is open holds what was open before: natural limits would call that a signal, so there are none."
    )
    return Panel("ages", chart, note, (_("Month"), *names), lines)


def _aged(chosen: Selection, each: Flow, place: int) -> str:
    low, high = AGES[place]
    days = {"raised_to": each.last - timedelta(days=low)}
    if high is not None:
        days["raised_from"] = each.last - timedelta(days=high)
    return to_register(chosen, open_on=each.last, **days)


def _cases(rows: Iterable[Monthly], key: str, *left_out: str) -> list[tuple[Month, int, int | None]]:
    found: list[tuple[Month, int, int | None]] = []
    for each in rows:
        whole = each.total - sum(each.counts[name] for name in left_out)
        found.append((Month.of(each.first), each.counts[key], whole))
    return found


def _on_time(first: Indicator, now: Indicator, person: Person, chosen: Selection) -> Panel:
    span = system_counts.wide(chosen)
    by_first = figures.on_time(person, span)
    by_now = figures.on_time(person, span, granted=True)
    stands = standing(first, _cases(by_first, figures.IN_TIME, figures.AHEAD))
    beside = standing(now, _cases(by_now, figures.IN_TIME, figures.AHEAD))
    names = (_("By the first date"), _("By the date that stands now"))
    chart = drawn(stands, chosen, _("Corrective actions done in time, in percent"))
    values = {each.month: each.value for each in beside.points}
    shown = [each.month for each in stands.points if each.month >= Month.of(chosen.first)]
    second = tuple(None if values.get(at) is None else float(values[at] or 0) for at in shown)
    chart = replace(
        chart, series=(replace(chart.series[0], name=names[0]), Series(names[1], second, "neutral"))
    )
    pairs = [(a, b) for a, b in zip(by_first, by_now, strict=True) if Month.of(a.first) in shown]
    lines = tuple(_kept_line(a, b, chosen) for a, b in pairs)
    note = _(
        "By the first date: %(first)s; by the date that stands now, with the time that was granted: %(now)s.",
        first=_rate_of(a for a, _b in pairs), now=_rate_of(b for _a, b in pairs),
    )  # fmt: skip
    columns = (_("Month"), names[0], names[1], _("First dates"), _("Dates that stand now"))
    rates = (_("Share by the first date"), _("Share by the date that stands now"))
    return Panel("on_time", chart, f"{note} {told(stands)}", columns, lines, rates)


def _rate_of(rows: Iterable[Monthly]) -> str:
    found = list(rows)
    whole = sum(each.total - each.counts[figures.AHEAD] for each in found)
    return rate(sum(each.counts[figures.IN_TIME] for each in found), whole)


def _kept_line(first: Monthly, now: Monthly, chosen: Selection) -> Line:
    days = {"first": ("promised_from", "promised_to"), "now": ("due_from", "due_to")}
    counts = []
    for key, each in (("first", first), ("now", now)):
        begin, end = days[key]
        span = {begin: each.first, end: each.last}
        name = "kept" if key == "first" else "kept_now"
        counts.append((each.counts[figures.IN_TIME], to_register(chosen, **{name: figures.IN_TIME}, **span)))
        counts.append((each.total, to_register(chosen, **span)))
    parts = [(each.counts[figures.IN_TIME], each.total - each.counts[figures.AHEAD]) for each in (first, now)]
    return Line(
        month(first.first),
        (counts[0], counts[2], counts[1], counts[3]),
        tuple(rate(*pair) for pair in parts),
        tuple(part / whole if whole else None for part, whole in parts),
    )


def _shared(
    key: str, indicator: Indicator, rows: Sequence[Monthly], counted: str, chosen: Selection,
    words: tuple[str, str, dict[str, str]], address: Callable[[Monthly, str], str],
) -> Panel:  # fmt: skip
    """A share of cases month by month: ``words``: title, sentence, and what the counts are called."""
    title, note, names = words
    stands = standing(indicator, _cases(rows, counted))
    shown = [each for each in rows if each.last >= chosen.first.replace(day=1)]
    lines = tuple(
        Line(
            month(each.first),
            tuple((each.counts[name], address(each, name)) for name in names),
            (rate(each.counts[counted], each.total),),
            (each.counts[counted] / each.total if each.total else None,),
        )
        for each in shown
    )
    whole = rate(sum(each.counts[counted] for each in shown), sum(each.total for each in shown))
    columns = (_("Month"), *names.values())
    text = " ".join([note, _("All months together: %(rate)s.", rate=whole), told(stands)])
    return Panel(key, drawn(stands, chosen, title), text, columns, lines, (_("Share"),))


def _again(indicator: Indicator, person: Person, chosen: Selection) -> Panel:
    rows = figures.repeats(person, system_counts.wide(chosen))
    names = {figures.AGAIN: _("Came again"), figures.FIRST: _("First time")}
    note = _("Came again: another nonconformity on the clause in the department in the twelve months before.")

    def address(each: Monthly, name: str) -> str:
        return to_register(chosen, again=name, raised_from=each.first, raised_to=each.last)

    words = (_("Repeats among nonconformities, in percent"), note, names)
    return _shared("again", indicator, rows, figures.AGAIN, chosen, words, address)


def _checked(indicator: Indicator, rows: Sequence[Monthly], chosen: Selection) -> Panel:
    names = dict(filters.checked_choices())
    note = _("Findings by the month of their check of effectiveness, and what it said.")

    def address(each: Monthly, name: str) -> str:
        return to_register(chosen, checked=name, checked_from=each.first, checked_to=each.last)

    words = (_("Checks of effectiveness that said not effective, in percent"), note, names)
    return _shared("checked", indicator, rows, figures.FAILED, chosen, words, address)


NAMES: dict[str, Callable[[], str]] = {
    "raised": lambda: _("Raised"),
    "kinds": lambda: _("By kind"),
    "kinds_table": lambda: _("By kind and month"),
    "flow": lambda: _("Raised and closed"),
    "ages": lambda: _("Ageing"),
    "on_time": lambda: _("On time"),
    "again": lambda: _("Repeats"),
    "checked": lambda: _("Effectiveness"),
}
"""Names of the parts on paper and of the sheets."""
