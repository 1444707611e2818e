"""Corrections of closed months: the list, one of them, and what happened to a month."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.core.errors import Refused
from audit_app.indicators import corrections, entry, exports, forms, locks, months, queries, services
from audit_app.indicators.blueprint import blueprint
from audit_app.indicators.periods import Month
from audit_app.indicators.reports import shown
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.pages import paginate


@blueprint.get("/corrections")
@allow(Permission.INDICATOR_SEE)
def correction_list() -> ResponseReturnValue:
    """What was proposed for closed months: those that wait first."""
    return render_template(
        "indicators/corrections.html",
        paging=paginate(corrections.listed()),
        month_name=exports.month_name,
        shown=shown,
    )


@blueprint.route("/corrections/<int:id>", methods=["GET", "POST"])
@allow(Permission.INDICATOR_SEE)
def correction(id: int) -> ResponseReturnValue:
    """One correction, both values beside each other; who may, decides."""
    found = corrections.get(id, to=current_user)
    refusal, form = corrections.why_not_decide(found, current_user), forms.CorrectionForm()
    if request.method == "POST" and not current_user.may(Permission.MEASUREMENT_APPROVE):
        abort(403)
    if form.validate_on_submit():
        act = services.approve_correction if form.decision.data == "approve" else services.refuse_correction
        if refused_or(form, act, found, form.reason.data or "", by=current_user):
            flash(_("Decided. Who proposed it is told."), "success")
            return redirect(url_for(".correction_list"), 303)
    return render_template(
        "indicators/correction.html",
        form=form,
        correction=found,
        indicator=found.indicator,
        told=found.indicator.told_in(found.month),
        refusal=refusal,
        closed=locks.standing().why(found.month),
        month_name=exports.month_name,
        shown=shown,
    ), 422 if form.is_submitted() else 200


@blueprint.get("/<int:id>/months/<month>")
@allow(Permission.INDICATOR_SEE)
def month(id: int, month: str) -> ResponseReturnValue:
    """What happened to the value of a month: who, when, from what to what, why, from which file."""
    indicator = queries.get(id, to=current_user)
    try:
        asked = Month.parse(month)
    except Refused:
        abort(404)
    stored = entry.at(indicator, asked)
    return render_template(
        "indicators/month.html",
        indicator=indicator,
        told=indicator.told_in(asked),
        month=asked,
        stored=stored,
        events=months.history(stored) if stored is not None else [],
        corrections=corrections.of_row(stored) if stored is not None else [],
        closed=locks.standing().why(asked),
        until=locks.open_until(asked),
        month_name=exports.month_name,
        shown=shown,
    )
