"""The Pareto of causes as chart, table and workbook."""

from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Organisation, Person
from audit_app.core import clock
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.exports import xlsx
from audit_app.exports.chart_json import option
from audit_app.exports.charts import Chart, Series
from audit_app.exports.sheet import Column, Sheet, Workbook
from audit_app.exports.values import speaking
from audit_app.findings.exports import LOCALES
from audit_app.findings.pareto import UNSTATED, Bar, pareto
from audit_app.web.formats import number, percent

YEAR = timedelta(days=364)


def period(given: dict[str, str]) -> tuple[date, date]:
    """The days asked for; without them, or if they make no sense, the last twelve months."""
    until = _day(given.get("raised_to", "")) or today()
    return _day(given.get("raised_from", "")) or until - YEAR, until


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def name(bar: Bar) -> Any:
    """What a bar is called."""
    return bar.category.label if bar.category is not None else _l("not stated")


def link(bar: Bar, first: date, last: date) -> str:
    """The list of findings behind a bar."""
    cause = bar.category.value if bar.category is not None else UNSTATED
    return url_for("findings.index", cause=cause, raised_from=first, raised_to=last)


def chart(found: list[Bar]) -> Chart:
    """Bars sorted by count; what is not stated comes last."""
    return Chart(
        kind="bar",
        title=_l("Causes of nonconformities"),
        labels=tuple(name(each) for each in found),
        series=(Series(_l("Nonconformities"), tuple(each.count for each in found)),),
        source=_l("register of findings"),
        cases=tuple(each.count for each in found),
    )


def page(person: Person, given: dict[str, str]) -> dict[str, Any]:
    """Everything the page shows."""
    first, last = period(given)
    found = pareto(person, first, last)
    return {
        "first": first,
        "last": last,
        "total": sum(each.count for each in found),
        "option": _with_share(found) | {"links": [link(each, first, last) for each in found]},
        "rows": [(name(each), number(each.count), percent(each.cumulative, 0)) for each in found],
        "lines": [(name(each), each, link(each, first, last)) for each in found],
    }


def _with_share(found: list[Bar]) -> dict[str, Any]:
    """The bars, and over them the cumulative share on an axis of its own."""
    drawn = option(chart(found))
    shares = [None if each.cumulative is None else round(each.cumulative) for each in found]
    line = {
        "name": _("Cumulative share in %"), "type": "line", "yAxisIndex": 1, "data": shares, "z": 5,
        "itemStyle": {"color": "tone:warning"}, "lineStyle": {"color": "tone:warning", "width": 2.5},
    }  # fmt: skip
    drawn["xAxis"]["axisLabel"] = {"interval": 0, "width": 96, "overflow": "break"}
    drawn["grid"] = {**drawn["grid"], "bottom": 16}
    axis = {"type": "value", "min": 0, "max": 100, "splitLine": {"show": False}, "axisLabel": {}}
    drawn["yAxis"] = [drawn["yAxis"], axis]
    drawn["series"] = [*drawn["series"], line]
    drawn["legend"] = {**drawn["legend"], "show": True}
    return drawn


def book(person: Person, given: dict[str, str], language: str) -> bytes:
    """The same figures as a workbook with a native chart; ``language`` is zh or en."""
    first, last = period(given)
    found = pareto(person, first, last)
    organisation = db.session.get(Organisation, 1)
    columns = (
        Column(_l("Kind of cause"), width=30), Column(_l("Nonconformities"), "int"),
        Column(_l("Share"), "percent"), Column(_l("Cumulative share"), "percent"),
    )  # fmt: skip
    rows = [(name(each), each.count, _part(each.share), _part(each.cumulative)) for each in found]
    with speaking(LOCALES[language]):
        sheet = Sheet(
            _l("Causes"), columns, rows, heading=_l("Causes of nonconformities"),
            facts=((_l("Raised from"), first), (_l("Raised to"), last)), charts=(chart(found),),
            notes=(_l("Shares are of the nonconformities whose cause is stated."),),
            empty=_l("No nonconformity was raised in this period."),
        )  # fmt: skip
        return xlsx.render(
            Workbook(
                (sheet,), title=_l("Causes of nonconformities"), language=LOCALES[language],
                organisation=organisation.name if organisation else "",
                created=clock.now(), zone=clock.zone(),
            )
        )  # fmt: skip


def _part(percent_: float | None) -> float | None:
    return None if percent_ is None else percent_ / 100
