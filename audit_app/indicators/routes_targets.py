"""Targets of an indicator: set from a month on, and taken back."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.indicators import exports, forms, queries, services, targets
from audit_app.indicators.blueprint import blueprint
from audit_app.indicators.board import goal_words
from audit_app.indicators.goals import BEGINNING
from audit_app.indicators.periods import Month
from audit_app.web.access import allow
from audit_app.web.forms import refused_or


@blueprint.route("/<int:id>/targets/new", methods=["GET", "POST"])
@allow(Permission.INDICATOR_DEFINE)
def target_new(id: int) -> ResponseReturnValue:
    """Say what is aimed at from a month on, and why."""
    indicator = queries.get(id, to=current_user)
    form = forms.TargetForm(month=Month.of(today())).shape(indicator)
    if form.validate_on_submit() and refused_or(
        form, services.set_target, indicator, **form.values(), by=current_user
    ):
        flash(_("Set. The months before stay judged by what held in them."), "success")
        return redirect(url_for(".show", id=id), 303)
    return _page(form, indicator=indicator, row=None)


@blueprint.route("/<int:id>/targets/<int:target>/back", methods=["GET", "POST"])
@allow(Permission.INDICATOR_DEFINE)
def target_back(id: int, target: int) -> ResponseReturnValue:
    """Take a target back, with the reason."""
    indicator = queries.get(id, to=current_user)
    row = targets.get(indicator, target)
    form = forms.TakeBackForm()
    if form.validate_on_submit() and refused_or(
        form, services.take_target_back, row, form.reason.data, by=current_user
    ):
        flash(_("Taken back. Its months are judged by the target before."), "success")
        return redirect(url_for(".show", id=id), 303)
    return _page(form, indicator=indicator, row=row)


def _page(form: Any, *, indicator: Any, row: Any) -> ResponseReturnValue:
    before = ""
    if row is not None:
        before = goal_words(indicator.told_in(row.month.previous()), targets.before(indicator, row))
    return render_template(
        "indicators/target.html",
        form=form,
        indicator=indicator,
        row=row,
        before=before,
        rows=[each for each in targets.of_indicator(indicator) if each.stands],
        goal_words=lambda each: goal_words(indicator.told_in(each.month), each.goal),
        month_name=exports.month_name,
        beginning=BEGINNING,
    ), 422 if form.is_submitted() else 200
