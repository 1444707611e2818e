"""The charts of the register as page, paper and workbook: one set of plain values for all three."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from audit_app.accounts.models import Organisation, Person, in_reader_language
from audit_app.core import clock
from audit_app.core.days import written
from audit_app.core.db import db
from audit_app.exports import pdf, xlsx
from audit_app.exports.chart_json import option
from audit_app.exports.charts import Chart, Series
from audit_app.exports.document import (
    Block,
    Document,
    Heading,
    Letterhead,
)
from audit_app.exports.sheet import Workbook
from audit_app.exports.values import days, speaking
from audit_app.findings import chart_figures as figures
from audit_app.findings import chart_panels, filters, queries
from audit_app.findings.chart_figures import FEWEST, Monthly, Selection
from audit_app.findings.chart_panels import Line, Panel, rate
from audit_app.findings.distribution import Table, table
from audit_app.findings.exports import LOCALES
from audit_app.findings.models import NONCONFORMITY, Grade, Origin
from audit_app.findings.pareto import UNSTATED, Bar
from audit_app.web.formats import month, number, percent

SLANTED = {"interval": 0, "rotate": 28, "fontSize": 11}
"""Labels of bars that must all be read, on a phone too."""
FILTERS = ("first_day", "last_day", "grade", "department", "origin")


# --- the panels ---------------------------------------------------------------------------------------------


def _common(chosen: Selection) -> dict[str, Any]:
    """The filters that every list behind a chart shares."""
    return {
        "state": queries.ISSUED,
        "grade": chosen.grade.value if chosen.grade is not None else "nc",
        "department": chosen.department,
        "origin": chosen.origin.value if chosen.origin is not None else None,
    }


def to_register(chosen: Selection, **more: Any) -> str:
    """The address of the register with what was chosen and more filters: the rows behind a bar."""
    return url_for("findings.index", **(_common(chosen) | more))


def drawn(person: Person, chosen: Selection) -> tuple[list[Panel], Table]:
    """All charts of a selection and the distribution table, in a constant number of queries."""
    causes, cells = figures.raised(person, chosen)
    return [
        _ageing(figures.ageing(person, chosen), chosen),
        _on_time(figures.on_time(person, chosen), chosen),
        _repeats(figures.repeats(person, chosen), chosen),
        _causes(causes, chosen),
    ], table(cells, partial(to_register, chosen, raised_from=chosen.first, raised_to=chosen.last))


def _ageing(counts: dict[str, int], chosen: Selection) -> Panel:
    names = dict(filters.bands())
    total, late = sum(counts.values()), sum(counts.values()) - counts["0"]
    chart = Chart(
        "bar", _("Not done yet, by days past the first date"), tuple(names[key] for key in counts),
        (Series(_("Nonconformities"), tuple(counts.values())),), source=_("register of findings"),
        cases=tuple(counts.values()),
    )  # fmt: skip
    lines = tuple(
        Line(names[key], ((count, to_register(chosen, aged=key)),)) for key, count in counts.items()
    )
    note = _(
        "%(late)s of %(total)s whose actions are not done are past their first date, whatever was granted "
        "since. As of today; the days chosen above do not narrow this chart.",
        late=number(late),
        total=number(total),
    )
    more = {"xAxis": option(chart)["xAxis"] | {"axisLabel": SLANTED}}
    columns = (_("Days past the first date"), _("Nonconformities"))
    return Panel("ageing", chart, note, columns, lines, (), more)


def _on_time(rows: Sequence[Monthly], chosen: Selection) -> Panel:
    tones = dict(zip(figures.KEPT, ("good", "warn", "bad", "neutral"), strict=True))
    names = {key: (name, tones[key]) for key, name in filters.kept_choices()}
    ended = [each.total - each.counts[figures.AHEAD] for each in rows]
    kept = [each.counts[figures.IN_TIME] for each in rows]
    lines = tuple(
        Line(
            month(each.first),
            tuple(
                (count, to_register(chosen, kept=key, promised_from=each.first, promised_to=each.last))
                for key, count in each.counts.items()
            ),
            (rate(part, whole),),
            (_share(part, whole),),
        )
        for each, part, whole in zip(rows, kept, ended, strict=True)
    )
    note = _(
        "Done by the first date: %(rate)s. The first date is the one promised when the finding was issued; "
        "time granted later does not move it.", rate=rate(sum(kept), sum(ended)),
    )  # fmt: skip
    title = _("Corrective actions done by the first date, per month of that date")
    return Panel("on_time", _stacked(title, rows, names), note, _headings(names), lines, (_("Share"),))


def _repeats(rows: Sequence[Monthly], chosen: Selection) -> Panel:
    names = {figures.AGAIN: (_("Came again"), "bad"), figures.FIRST: (_("First time"), "info")}
    lines = tuple(
        Line(
            month(each.first),
            tuple(
                (count, to_register(chosen, again=key, raised_from=each.first, raised_to=each.last))
                for key, count in each.counts.items()
            ),
            (rate(each.counts[figures.AGAIN], each.total),),
            (_share(each.counts[figures.AGAIN], each.total),),
        )
        for each in rows
    )
    again, total = sum(each.counts[figures.AGAIN] for each in rows), sum(each.total for each in rows)
    note = _(
        "Repeat rate: %(rate)s. Came again: another nonconformity on the same clause in the same department "
        "in the twelve months before.",
        rate=rate(again, total),
    )
    title = _("Repeats among nonconformities, per month raised")
    return Panel("repeats", _stacked(title, rows, names), note, _headings(names), lines, (_("Repeat rate"),))


def _headings(names: dict[str, tuple[str, str]]) -> tuple[str, ...]:
    return (_("Month"), *(name for name, _tone in names.values()))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole >= FEWEST else None


def _stacked(title: str, rows: Sequence[Monthly], names: dict[str, tuple[str, str]]) -> Chart:
    return Chart(
        "stacked", title, tuple(month(each.first) for each in rows),
        tuple(
            Series(name, tuple(each.counts[key] for each in rows), tone)
            for key, (name, tone) in names.items()
        ),
        source=_("register of findings"), cases=tuple(each.total for each in rows),
    )  # fmt: skip


def _causes(found: list[Bar], chosen: Selection) -> Panel:
    names = [str(each.category.label) if each.category is not None else _("not stated") for each in found]
    chart = Chart(
        "bar", _("Causes of nonconformities"), tuple(names),
        (Series(_("Nonconformities"), tuple(each.count for each in found)),),
        source=_("register of findings"), cases=tuple(each.count for each in found),
    )  # fmt: skip
    lines = tuple(
        Line(name, ((each.count, _cause(each, chosen)),),
             (percent(each.share, 0), percent(each.cumulative, 0)),
             (_part(each.share), _part(each.cumulative)))
        for name, each in zip(names, found, strict=True)
    )  # fmt: skip
    note = _("The few tallest bars are where a change helps most. Shares are of those whose cause is stated.")
    more = _with_share(chart, found) if found else {}
    columns = (_("Kind of cause"), _("Nonconformities"))
    return Panel("causes", chart, note, columns, lines, (_("Share"), _("Cumulative share")), more)


def _cause(bar: Bar, chosen: Selection) -> str:
    kind = bar.category.value if bar.category is not None else UNSTATED
    return to_register(chosen, cause=kind, raised_from=chosen.first, raised_to=chosen.last)


def _part(percent_: float | None) -> float | None:
    return None if percent_ is None else percent_ / 100


def _with_share(chart: Chart, found: list[Bar]) -> dict[str, Any]:
    """The cumulative share over the bars, on an axis of its own."""
    plain = option(chart)
    shares = [None if each.cumulative is None else round(each.cumulative) for each in found]
    line = {
        "name": _("Cumulative share in %"), "type": "line", "yAxisIndex": 1, "data": shares, "z": 5,
        "itemStyle": {"color": "tone:warning"}, "lineStyle": {"color": "tone:warning", "width": 2.5},
    }  # fmt: skip
    axis = {"type": "value", "min": 0, "max": 100, "splitLine": {"show": False}, "axisLabel": {}}
    return {
        "xAxis": plain["xAxis"] | {"axisLabel": SLANTED},
        "yAxis": [plain["yAxis"], axis],
        "series": [*plain["series"], line],
        "legend": {**plain["legend"], "show": True},
    }


# --- page, paper, workbook ----------------------------------------------------------------------------------


def page(person: Person, given: dict[str, str]) -> dict[str, Any]:
    """Everything the page shows."""
    chosen = figures.selection(given)
    panels, found = drawn(person, chosen)
    span = {"first": written(chosen.first), "last": written(chosen.last)}
    return {"span": span, "panels": panels, "table": found, "selects": selects()}


def selects() -> list[tuple[str, Any, list[tuple[Any, Any]]]]:
    departments = [(each.id, f"{each.code} {each.name}") for each in queries.departments()]
    return [
        ("grade", _("Grade"), [(each.value, each.label) for each in Grade if each in NONCONFORMITY]),
        ("department", _("Department"), departments),
        ("origin", _("Origin"), list(Origin.choices())),
    ]


def facts(chosen: Selection) -> tuple[tuple[str, str], ...]:
    """What was chosen, in words."""
    names = queries.departments_named()
    place = names.get(chosen.department, ("–", "–")) if chosen.department is not None else ("", "")
    return (
        (_("Period"), days(chosen.first, chosen.last)),
        (_("Grade"), str(chosen.grade.label) if chosen.grade is not None else _("All nonconformities")),
        (_("Department"), in_reader_language(*place) if chosen.department is not None else _("all")),
        (_("Origin"), str(chosen.origin.label) if chosen.origin is not None else _("all")),
    )


Maker = Callable[[Person, Selection, str, str], bytes]


def made(person: Person, given: dict[str, str], language: str, kind: str) -> bytes:
    """The charts as a file: ``kind`` pdf or xlsx, ``language`` zh or en."""
    organisation = db.session.get(Organisation, 1)
    with speaking(LOCALES[language]):
        name = organisation.name if organisation is not None else ""
        chosen = figures.selection(given)
        return (_paper if kind == "pdf" else _book)(person, chosen, name, LOCALES[language])


def _paper(person: Person, chosen: Selection, organisation: str, locale: str) -> bytes:
    title = _("Charts of the register of nonconformities")
    blocks: list[Block] = [Letterhead(title, "", None, facts(chosen))]
    panels, found = drawn(person, chosen)
    for each in panels:
        blocks += chart_panels.blocks(each, SHEETS[each.key](), _("No nonconformity in this selection."))
    blocks += [Heading(_("Nonconformities by clause and department"), 2), *found.blocks()]
    return pdf.render(
        Document(
            title, tuple(blocks), organisation=organisation, code=_("Charts"), language=locale,
            created=clock.now(), zone=clock.zone(),
        )
    )  # fmt: skip


def _book(person: Person, chosen: Selection, organisation: str, locale: str) -> bytes:
    told = facts(chosen)
    panels, found = drawn(person, chosen)
    empty = _("No nonconformity in this selection.")
    sheets = [chart_panels.sheet(each, SHEETS[each.key](), told, empty) for each in panels]
    sheets.append(found.sheet(told))
    return xlsx.render(
        Workbook(
            tuple(sheets), title=_("Charts of the register of nonconformities"), organisation=organisation,
            created=clock.now(), language=locale, zone=clock.zone(),
        )
    )  # fmt: skip


SHEETS: dict[str, Callable[[], str]] = {
    "ageing": lambda: _("Ageing"),
    "on_time": lambda: _("On time"),
    "repeats": lambda: _("Repeats"),
    "causes": lambda: _("Causes"),
}
"""Names of the tabs."""
