"""The register of indicators and the page of each."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts import queries as accounts
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.exports import names, xlsx
from audit_app.exports.sheet import Workbook
from audit_app.indicators import (
    changes,
    charting,
    corrections,
    entry,
    exports,
    forms,
    levels,
    objective_standing,
    queries,
    services,
    targets,
)
from audit_app.indicators.blueprint import blueprint as blueprint
from audit_app.indicators.board import (
    GOOD,
    Point,
    Standing,
    Status,
    goal_words,
    missed_services,
    service_met,
    status,
    target_words,
)
from audit_app.indicators.goals import BEGINNING
from audit_app.indicators.models import Indicator, Source
from audit_app.indicators.periods import Month
from audit_app.indicators.reports import shown as told_value
from audit_app.web import downloads
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.pages import PER_PAGE, Page, arguments, number

SEE, DEFINE, ENTER = Permission.INDICATOR_SEE, Permission.INDICATOR_DEFINE, Permission.MEASUREMENT_ENTER
FILTERS = ("q", "source", "clause", "process", "active", "objective", "service")
SPANS = {"13": 13, "25": 25, "all": 0}
"""How many months a page shows; 0 is all there are."""


@blueprint.get("/")
@allow(SEE)
def index() -> ResponseReturnValue:
    """The register: where each indicator stands."""
    rows = _standings()
    counts = {state: sum(row.status is state for row in rows) for state in Status}
    counts[Status.MET] += counts.pop(Status.IN_BAND)
    shown = _page(_narrowed(rows))
    processes = [(each.id, each.name) for each in accounts.processes()]
    return render_template(
        "indicators/index.html",
        paging=shown,
        counts=counts,
        processes=processes,
        Status=Status,
        clauses=[(each, each) for each in queries.clauses()],
        objectives=objective_standing.choices(),
        services=[(each.id, f"{each.code} {each.name}") for each in levels.services()],
        last_month=Month.of(today()).previous(),
        waiting=_waiting(rows),
        sources=Source.choices(),
        corrections=corrections.waiting_count(),
    )


@blueprint.get("/export.xlsx")
@allow(SEE)
def export() -> ResponseReturnValue:
    """The register as filtered, as a workbook."""
    with force_locale(language()):
        rows = _narrowed(_standings())
        return workbook(exports.book(exports.register(rows), title=_("Indicators")), _("Indicators"))


@blueprint.get("/series.xlsx")
@allow(SEE)
def export_series() -> ResponseReturnValue:
    """The months of every indicator that has any, each on its own sheet with a native chart."""
    with force_locale(language()):
        rows = [(row, row.points) for row in _narrowed(_standings()) if row.last is not None]
        if not rows:
            flash(_("No indicator of this list has a value yet."), "info")
            return redirect(url_for(".index"), 303)
        return workbook(exports.series_book(rows), _("Indicators by month"))


def _standings() -> list[Standing]:
    given = arguments(FILTERS)
    return queries.board(indicators=list(db.session.scalars(queries.listed(current_user, **given)).unique()))


def _narrowed(rows: list[Standing]) -> list[Standing]:
    """The rows of a state; "met" holds those within their band too."""
    state = request.args.get("state", "")
    if state == Status.MET.value:
        return [row for row in rows if row.status in GOOD]
    return [row for row in rows if row.status.value == state] if state in set(Status) else rows


def _page(rows: list[Standing]) -> Page:
    pages = max(1, -(-len(rows) // PER_PAGE))
    page = min(number("page"), pages)
    return Page(rows[(page - 1) * PER_PAGE : page * PER_PAGE], len(rows), page)


def _waiting(rows: list[Standing]) -> int:
    """Indicators entered by hand, measured before or owned, without last month's value."""
    month = Month.of(today()).previous()
    return sum(
        row.indicator.source is Source.MANUAL
        and (row.last is None or row.last.month < row.indicator.frequency.last_ended(month))
        for row in rows
    )


@blueprint.get("/<int:id>")
@allow(SEE)
def show(id: int) -> ResponseReturnValue:
    """One indicator: how it stands, its chart, its months, what it means."""
    indicator = queries.get(id, to=current_user)
    standing = queries.board(indicators=[indicator])[0]
    points = _points(indicator, standing)
    made = charting.chart(standing, points)
    return render_template(
        "indicators/show.html",
        indicator=indicator,
        standing=standing,
        points=points,
        option=charting.page_option(made),
        chart=made,
        numbers=_numbers(indicator, points),
        gaps=exports.gaps(points),
        listed=exports.without_long_gaps(points),
        may_enter=entry.may_enter(indicator, current_user),
        status=lambda point: status(indicator, point),
        missed=lambda point: missed_services(indicator, point),
        service_met=service_met,
        target=lambda point=None: target_words(indicator, point),
        goal=lambda point: indicator.goal(point.month),
        targets=targets.of_indicator(indicator),
        beginning=BEGINNING,
        goal_words=lambda each: goal_words(indicator.told_in(each.month), each.goal),
        meaning_unit=charting.unit,
        unit=charting.unit(indicator),
        history=queries.history(indicator),
        spans=SPANS,
        month_name=exports.month_name,
        signals=exports.signals(standing),
        limits_words=exports.limits_words(standing),
        changes=changes.of_indicator(indicator),
        change_month=Month.of,
        waiting=corrections.waiting_of([point.id for point in points if point.id]),
        shown=told_value,
    )


def _numbers(indicator: Indicator, points: list[Point]) -> list[tuple[str, str, str, str]]:
    """The table of numbers under the chart: month, value, numerator, denominator."""
    return [
        (
            str(point.month),
            point.line(indicator).shown,
            forms.number_text(point.numerator) or "–",
            forms.number_text(point.denominator) or "–",
        )
        for point in points
    ]


def _points(indicator: Indicator, standing: Standing) -> list[Point]:
    """The months shown: to the last finished one, or to the last value when that is long ago."""
    finished, last = Month.of(today()).previous(), standing.last
    end = finished if last is None or standing.months_behind <= 12 else last.month
    end = max(end, last.month) if last is not None else end
    count = SPANS.get(request.args.get("months", "13"), 13)
    first = end.plus(1 - count) if count else end.plus(-12)
    span = queries.span_of_values(indicator) if not count else None
    if span is not None:
        first = min(first, span[0])
    return queries.series([indicator.id], first, end)[indicator.id]


@blueprint.get("/<int:id>/export.xlsx")
@allow(SEE)
def export_one(id: int) -> ResponseReturnValue:
    """The months of one indicator with its native chart."""
    indicator = queries.get(id, to=current_user)
    with force_locale(language()):
        standing = queries.board(indicators=[indicator])[0]
        return workbook(
            exports.series_book([(standing, _points(indicator, standing))]),
            f"{indicator.code} {indicator.name}",
        )


@blueprint.route("/new", methods=["GET", "POST"])
@allow(DEFINE)
def new() -> ResponseReturnValue:
    """Add an indicator."""
    form = forms.IndicatorForm().offer()
    if form.validate_on_submit():
        made = refused_or(form, services.add_indicator, **form.values(), by=current_user)
        if made:
            return saved(url_for(".show", id=made.id))
    return page("indicators/edit.html", form, indicator=None)


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@allow(DEFINE)
def edit(id: int) -> ResponseReturnValue:
    """Change the definition."""
    indicator = queries.get(id, to=current_user)
    form = forms.IndicatorForm(obj=indicator).offer(indicator)
    form.show_version(indicator)
    fresh = form.validate_on_submit() and form.check_fresh(indicator)
    if fresh and refused_or(form, services.edit_indicator, indicator, **form.values(), by=current_user):
        return saved(url_for(".show", id=id))
    return page("indicators/edit.html", form, indicator=indicator)


def language() -> str:
    """``zh`` or ``en`` from ``?lang=``, else the reader's, as a locale."""
    asked = request.args.get("lang", "")
    locale = get_locale()
    word = asked if asked in ("zh", "en") else (locale.language if locale is not None else "en")
    return "zh_Hans_CN" if word == "zh" else "en"


def saved(url: str) -> ResponseReturnValue:
    """Say so, and go on."""
    flash(_("Saved"), "success")
    return redirect(url, 303)


def page(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    """A form page: 422 when what was sent could not be taken."""
    return render_template(template, form=form, **context), 422 if form.is_submitted() else 200


def workbook(book: Workbook, title: str) -> ResponseReturnValue:
    """A workbook as a download."""
    return downloads.send(xlsx.render(book), names.download_name(title, "xlsx"), downloads.XLSX)


from audit_app.indicators import (  # noqa: E402  # their views join the same blueprint
    routes_changes,
    routes_corrections,
    routes_import,
    routes_objectives,
    routes_sampling,
    routes_services,
    routes_sources,
    routes_switch_on,
    routes_system,
    routes_targets,
    routes_values,
)

VIEWS = (
    routes_changes,
    routes_corrections,
    routes_import,
    routes_objectives,
    routes_sampling,
    routes_services,
    routes_sources,
    routes_switch_on,
    routes_system,
    routes_targets,
    routes_values,
)
