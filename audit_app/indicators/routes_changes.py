"""Recognised changes of a process on the page of its indicator."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.indicators import changes, exports, forms, queries, services
from audit_app.indicators.behaviour import MINIMUM
from audit_app.indicators.blueprint import blueprint
from audit_app.indicators.periods import Month
from audit_app.web.access import allow
from audit_app.web.forms import refused_or


@blueprint.route("/<int:id>/changes/new", methods=["GET", "POST"])
@allow(Permission.INDICATOR_DEFINE)
def change_new(id: int) -> ResponseReturnValue:
    """Record from which month on the process is another one, and why."""
    indicator = queries.get(id, to=current_user)
    form = forms.ChangeForm(month=Month.of(today()).previous())
    if form.validate_on_submit() and refused_or(
        form, services.recognise, indicator, form.month.data, form.reason.data, by=current_user
    ):
        flash(_("Recorded. The natural limits begin anew in that month."), "success")
        return redirect(url_for(".show", id=id), 303)
    return _page(form, indicator=indicator, change=None)


@blueprint.route("/<int:id>/changes/<int:change>/back", methods=["GET", "POST"])
@allow(Permission.INDICATOR_DEFINE)
def change_back(id: int, change: int) -> ResponseReturnValue:
    """Take a recognised change back, with the reason."""
    indicator = queries.get(id, to=current_user)
    row = changes.get(indicator, change)
    form = forms.TakeBackForm()
    if form.validate_on_submit() and refused_or(
        form, services.take_back, row, form.reason.data, by=current_user
    ):
        flash(_("Taken back. The limits are computed as if it had not been recorded."), "success")
        return redirect(url_for(".show", id=id), 303)
    return _page(form, indicator=indicator, change=row)


def _page(form: Any, **context: Any) -> ResponseReturnValue:
    return render_template(
        "indicators/change.html",
        form=form,
        month_name=exports.month_name,
        Month=Month,
        minimum=MINIMUM,
        **context,
    ), 422 if form.is_submitted() else 200
