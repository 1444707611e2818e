"""Entering values: one month of one indicator, or all indicators of one month on a sheet."""

from dataclasses import dataclass, field
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.core.errors import Refused
from audit_app.imports import parsing
from audit_app.indicators import corrections, entry, exports, forms, locks, queries, services
from audit_app.indicators.blueprint import blueprint
from audit_app.indicators.board import Point, target_words
from audit_app.indicators.correction_models import ValueCorrection
from audit_app.indicators.models import Indicator, ValueKind
from audit_app.indicators.periods import Month
from audit_app.indicators.reports import shown
from audit_app.web.access import allow
from audit_app.web.forms import refused_or

YEAR = 12
"""Months back in which a value before is found, however seldom something is measured."""
FACTS = ("value", "numerator", "denominator", "comment")


def asked_month() -> Month:
    """The month of ``?month=2026-03``; nonsense, or none, is the last finished month."""
    try:
        return Month.parse(request.args.get("month", ""))
    except Refused:
        return Month.of(today()).previous()


@blueprint.route("/<int:id>/enter", methods=["GET", "POST"])
@allow(Permission.MEASUREMENT_ENTER)
def enter(id: int) -> ResponseReturnValue:
    """Enter or correct the value of one month."""
    indicator = queries.get(id, to=current_user)
    if not entry.may_enter(indicator, current_user):
        abort(403)
    asked = indicator.frequency.last_ended(asked_month())
    form = forms.ValueForm(data=None if request.method == "POST" else {"month": asked}).shape(indicator)
    month: Month = form.month.data or asked
    stored = entry.at(indicator, month)
    closed = locks.standing().why(month) if stored is not None else ""
    form.show_stored(stored, closed=bool(closed))
    fresh = form.validate_on_submit() and (stored is None or form.check_fresh(stored))
    version = stored.version if stored is not None else 0
    after = fresh and refused_or(form, services.enter_measurement, indicator, **form.facts(), by=current_user)
    if after:
        flash(_done(indicator, month, proposed=bool(closed) and after.version == version), "success")
        return redirect(url_for(".show", id=id), 303)
    before = [
        (exports.month_name(point.month), point.line(indicator).shown)
        for point in reversed(queries.series([id], month.plus(-3 * indicator.every), month.previous())[id])
    ]
    context = {
        "indicator": indicator,
        "stored": stored,
        "closed": closed,
        "waits": corrections.waiting_of([stored.id]).get(stored.id) if stored is not None else None,
        "shown": shown,
        "told": indicator.told_in(month),
        "before": before,
        "target": target_words(indicator, Point(month)),
    }
    return render_template(
        "indicators/enter.html", form=form, month=month, month_name=exports.month_name, **context
    ), 422 if form.is_submitted() else 200


def _done(indicator: Indicator, month: Month, *, proposed: bool) -> str:
    """What became of what was typed."""
    facts = {"code": indicator.code, "month": exports.month_name(month)}
    if proposed:
        return _(
            "The correction of %(code)s of %(month)s waits for approval; the value stands until then.",
            **facts,
        )
    return _("%(code)s of %(month)s is saved.", **facts)


@dataclass
class SheetRow:
    """One line of the entry sheet: what stands there, what was typed, and what became of it."""

    indicator: Indicator
    point: Point
    before: Point
    typed: dict[str, str] = field(default_factory=dict)
    refusal: str = ""
    saved: bool = False
    proposed: bool = False
    waits: ValueCorrection | None = None

    @property
    def has_parts(self) -> bool:
        """Whether numerator and denominator are asked for."""
        return self.indicator.value_kind is not ValueKind.COUNT

    def shown(self, name: str) -> str:
        """What the input holds: what was typed, else what is stored (a value worked out stays empty)."""
        if name in self.typed:
            return self.typed[name]
        if name == "value" and self.point.denominator is not None:
            return ""
        number = getattr(self.point, name)
        return str(number) if name == "comment" else forms.number_text(number)

    def take(self, values: Any) -> None:
        """Read the inputs of this row out of what was sent."""
        self.typed = {
            name: values.get(f"{name}-{self.indicator.id}", self.shown(name)).strip() for name in FACTS
        }

    def changed(self) -> bool:
        """Whether anything differs from what the page showed."""
        typed, self.typed = self.typed, {}
        same = all(self.shown(name) == typed[name] for name in FACTS if name != "comment" or typed[name])
        self.typed = typed
        return not same

    def facts(self) -> dict[str, Any]:
        """Numbers out of the typed text. Raises Refused."""
        found: dict[str, Any] = {"comment": self.typed["comment"]}
        for name in FACTS[:3]:
            try:
                found[name] = parsing.number(self.typed[name]) if self.typed[name] else None
            except parsing.Unreadable as error:
                raise Refused(error.words, name) from None
        return found


@blueprint.route("/sheet", methods=["GET", "POST"])
@allow(Permission.MEASUREMENT_ENTER)
def sheet() -> ResponseReturnValue:
    """The indicators a person enters by hand, for one month. Good rows are saved also when others are not."""
    month, mine = asked_month(), request.args.get("owner") == "mine"
    rows = _sheet_rows(month, mine)
    status = 200
    if request.method == "POST":
        _save(rows, month)
        _waiting(rows)
        wrong, done = sum(bool(row.refusal) for row in rows), sum(row.saved for row in rows)
        proposed = sum(row.proposed for row in rows)
        if proposed:
            flash(
                ngettext(
                    "%(num)d correction waits for approval; the value stands until then.",
                    "%(num)d corrections wait for approval; the values stand until then.",
                    proposed,
                ),
                "info",
            )
        if not wrong:
            if done or not proposed:
                words = _("%(count)s values saved.", count=done) if done else _("Nothing was changed.")
                flash(words, "success")
            return redirect(url_for(".sheet", month=str(month), owner="mine" if mine else None), 303)
        status = 207  # some rows were saved and some were not: below 400, so that the good ones are committed
    latest = Month.of(today())
    if request.method == "GET":
        _waiting(rows)
    return render_template(
        "indicators/sheet.html",
        rows=rows,
        month=month,
        month_name=exports.month_name,
        latest=latest,
        earlier=month.previous(),
        later=month.next(),
        target=lambda indicator: target_words(indicator, Point(month)),
        mine=mine,
        closed=locks.standing().why(month) if any(row.point.id for row in rows) else "",
        reason=request.form.get("reason", ""),
        shown=shown,
    ), status


def _sheet_rows(month: Month, mine: bool) -> list[SheetRow]:
    found = [each for each in queries.to_enter(to=current_user, own=mine) if each.is_due(month)]
    points = queries.series([each.id for each in found], month.plus(-YEAR), month)
    return [SheetRow(each, points[each.id][-1], points[each.id][-2]) for each in found]


def _save(rows: list[SheetRow], month: Month) -> None:
    for row in rows:
        row.take(request.form)
        if not row.changed():
            row.typed = {}
            continue
        version = request.form.get(f"version-{row.indicator.id}", "")
        try:
            before = row.point.version
            after = services.enter_measurement(
                row.indicator,
                month,
                **row.facts(),
                by=current_user,
                version=int(version) if version.isdecimal() else None,
                reason=request.form.get("reason", ""),
            )
            row.saved = after.version != before
            row.proposed = not row.saved and bool(corrections.waiting_of([after.id]))
        except Refused as refused:
            row.refusal = str(refused)
    fresh = queries.series([row.indicator.id for row in rows], month, month)
    for row in rows:
        row.point = fresh[row.indicator.id][-1]
        if row.saved or row.proposed:
            row.typed = {}


def _waiting(rows: list[SheetRow]) -> None:
    """Lay what waits for approval beside the rows."""
    found = corrections.waiting_of([row.point.id for row in rows if row.point.id])
    for row in rows:
        row.waits = found.get(row.point.id)
