"""The objectives of service management: list, record, plan, and how each ended (clause 6.2)."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts import queries as accounts
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.indicators import (
    exports,
    objective_exports,
    objective_forms,
    objective_standing,
    services,
)
from audit_app.indicators.blueprint import blueprint
from audit_app.indicators.objective_models import Objective, ObjectiveState
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.pages import arguments, paginate

SEE, DEFINE = Permission.INDICATOR_SEE, Permission.INDICATOR_DEFINE
FILTERS = ("q", "state", "owner", "process", "department")


def _listed() -> Any:
    return objective_standing.listed(current_user, **arguments(FILTERS))


def _get(id: int) -> Objective:
    return objective_standing.get(id, to=current_user)


@blueprint.get("/objectives")
@allow(SEE)
def objectives() -> ResponseReturnValue:
    """The register: what is aimed at, until when, and what its indicators say."""
    paging = paginate(_listed())
    states = [*ObjectiveState.choices(), (objective_standing.OVERDUE, _("in force past its day"))]
    return render_template(
        "indicators/objectives.html",
        paging=paging,
        found=objective_standing.standings(paging.items),
        given=arguments(FILTERS),
        selects=[
            ("state", _("State"), states),
            ("owner", _("Responsible"), [(each.id, each.name) for each in accounts.active_people()]),
            ("process", _("Process"), [(each.id, each.name) for each in accounts.processes()]),
            ("department", _("Department"), [(each.id, each.name) for each in accounts.departments()]),
        ],
        may=current_user.may(DEFINE),
    )


@blueprint.get("/objectives.xlsx")
@allow(SEE)
def objectives_export() -> ResponseReturnValue:
    """The register as filtered."""
    from audit_app.indicators.routes import language, workbook

    with force_locale(language()):
        sheet = objective_exports.register(objective_standing.standings(db.session.scalars(_listed())))
        return workbook(exports.book(sheet, title=_("Objectives")), _("Objectives"))


@blueprint.get("/objectives/<int:id>")
@allow(SEE)
def objective(id: int) -> ResponseReturnValue:
    """One objective: its plan, its indicators, how it stands or ended."""
    found = _get(id)
    return render_template(
        "indicators/objective.html",
        objective=found,
        aimed=objective_standing.standings([found])[0],
        history=objective_standing.history(found),
        month_name=exports.month_name,
        may=current_user.may(DEFINE),
    )


@blueprint.route("/objectives/new", methods=["GET", "POST"])
@allow(DEFINE)
def objective_new() -> ResponseReturnValue:
    """Set an objective."""
    form = objective_forms.ObjectiveForm().offer()
    if form.validate_on_submit():
        made = refused_or(form, services.add_objective, **form.values(), by=current_user)
        if made:
            return _saved(made.id)
    return _page("indicators/objective_edit.html", form, objective=None)


@blueprint.route("/objectives/<int:id>/edit", methods=["GET", "POST"])
@allow(DEFINE)
def objective_edit(id: int) -> ResponseReturnValue:
    """Change what is aimed at, or the plan."""
    found = _get(id)
    if not found.in_force:
        raise Refused(_("This objective is closed. Put it in force again first."))
    form = objective_forms.ObjectiveForm(obj=None if request.method == "POST" else found).offer(found)
    form.show_version(found)
    fresh = form.validate_on_submit() and form.check_fresh(found)
    if fresh and refused_or(form, services.edit_objective, found, **form.values(), by=current_user):
        return _saved(id)
    return _page("indicators/objective_edit.html", form, objective=found)


@blueprint.route("/objectives/<int:id>/close", methods=["GET", "POST"])
@allow(DEFINE)
def objective_close(id: int) -> ResponseReturnValue:
    """Say how it ended, or put it in force again."""
    found = _get(id)
    if not found.in_force:
        again = objective_forms.ReopeningForm()
        if again.validate_on_submit() and refused_or(
            again, services.reopen_objective, found, **again.values(), by=current_user
        ):
            return _saved(id)
        return _page("indicators/objective_close.html", again, objective=found, aimed=None)
    form = objective_forms.ClosingForm()
    if not form.is_submitted():
        form.closed_on.data = today()
    if form.validate_on_submit() and refused_or(
        form, services.close_objective, found, **form.values(), by=current_user
    ):
        return _saved(id)
    aimed = objective_standing.standings([found])[0]
    return _page("indicators/objective_close.html", form, objective=found, aimed=aimed)


def _saved(id: int) -> ResponseReturnValue:
    flash(_("Saved"), "success")
    return redirect(url_for(".objective", id=id), 303)


def _page(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    return render_template(template, form=form, **context), 422 if form.is_submitted() else 200
