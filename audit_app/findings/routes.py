"""Findings and actions over HTTP: who may enter, what to show next."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.findings import (
    action_services,
    cause_routes,
    chart_routes,
    deadlines,
    exports,
    filters,
    forms,
    origins,
    paper,
    queries,
    repeat_screens,
    repeat_services,
    routes_comments,
    routes_cover,
    routes_deadlines,
    routes_old,
    routes_own,
    routes_repeats,
    screens,
    services,
    showing,
    taking,
)
from audit_app.findings.blueprint import blueprint
from audit_app.findings.models import ActionKind
from audit_app.findings.workflow import ACTION, FINDING
from audit_app.web import downloads
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.kept import kept
from audit_app.web.pages import arguments, paginate

VIEWS = (
    cause_routes, chart_routes, routes_comments, routes_cover, routes_deadlines, routes_old, routes_own,
    routes_repeats,
)  # fmt: skip
"""Modules whose views are on the same blueprint."""

SEE = Permission.FINDING_SEE
HANDS_ON = (Permission.FINDING_ANSWER, Permission.FINDING_RAISE, Permission.FINDING_ISSUE)
DOES = (Permission.ACTION_DO, Permission.FINDING_APPROVE, Permission.FINDING_VERIFY)


# --- lists --------------------------------------------------------------------------------------------------


@blueprint.get("/")
@allow(SEE)
@kept
def index() -> ResponseReturnValue:
    """The list of findings."""
    given = arguments(queries.FILTERS)
    asked = current_user, given, request.args.get("sort", "-raised")
    page = paginate(queries.rows(*asked), among=queries.narrowed(*asked))
    return render_template(
        "findings/index.html", findings=page, lines=screens.lines(page), given=given,
        selects=screens.finding_filters(current_user, given), narrowed=filters.narrowed_by(given),
        may_raise=current_user.may(Permission.FINDING_RAISE), origins=origins.counts(current_user),
    )  # fmt: skip


@blueprint.get("/export")
@allow(SEE)
def export() -> ResponseReturnValue:
    """The list as filtered, as a workbook."""
    query = queries.listing(current_user, arguments(queries.FILTERS), request.args.get("sort", "-raised"))
    content = exports.register(query, downloads.asked_language(), current_user)
    return downloads.send(content, exports.filename(_("Findings"), "xlsx"), downloads.XLSX)


@blueprint.get("/actions")
@allow(SEE)
def actions() -> ResponseReturnValue:
    """The list of actions; a process owner opens it on their own."""
    given = arguments(queries.ACTION_FILTERS)
    page = paginate(queries.action_listing(current_user, given, request.args.get("sort", "due")))
    return render_template(
        "findings/actions.html",
        actions=page,
        selects=screens.action_filters(),
        given=given,
        days_late=deadlines.days_late,
    )


@blueprint.get("/actions/export")
@allow(SEE)
def actions_export() -> ResponseReturnValue:
    """The list of actions as filtered, as a workbook."""
    query = queries.action_listing(
        current_user, arguments(queries.ACTION_FILTERS), request.args.get("sort", "due")
    )
    content = exports.action_register(query, downloads.asked_language())
    return downloads.send(content, exports.filename(_("Actions"), "xlsx"), downloads.XLSX)


# --- one finding --------------------------------------------------------------------------------------------


@blueprint.get("/<int:id>")
@allow(SEE)
def show(id: int) -> ResponseReturnValue:
    """A finding, from statement to effectiveness."""
    return showing.finding(queries.get(id, to=current_user))


@blueprint.get("/<int:id>/report")
@allow(SEE)
def report(id: int) -> ResponseReturnValue:
    """The nonconformity report on paper."""
    finding = queries.get(id, to=current_user)
    content = paper.report(finding, downloads.asked_language())
    return downloads.send(content, f"{finding.code}.pdf", downloads.PDF, inline=True)


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Permission.FINDING_RAISE)
def new() -> ResponseReturnValue:
    """Write up a finding; from a checklist item nearly everything is there already."""
    item = queries.get_item(int(request.args["item_id"]), to=current_user) if _number("item_id") else None
    form = forms.NewFindingForm()
    form.fill_for(current_user)
    if item is not None:
        del form.audit_id
    if form.validate_on_submit():
        facts = form.facts() | {"item": item, "repeat_of": repeat_screens.chosen()}
        finding = refused_or(form, repeat_services.raise_finding, **facts, by=current_user)
        if finding is not None:
            flash(_("%(code)s is written up. Read it through once more.", code=finding.code), "success")
            return redirect(url_for("findings.show", id=finding.id))
    elif not form.is_submitted():
        screens.prefill(form, item, _number("audit_id"), request.args.get("grade", ""))
    beside = repeat_screens.beside(form, current_user)
    return taking.form_page("findings/new.html", form, **screens.new_page(item, current_user), **beside)


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 12 else None


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@allow(Permission.FINDING_RAISE)
def edit(id: int) -> ResponseReturnValue:
    """Change the wording, the area or the owner."""
    finding = queries.get(id, to=current_user)
    form = forms.FindingForm(obj=taking.shown(finding))
    form.fill_choices()
    form.show_version(finding)
    if form.validate_on_submit() and form.check_fresh(finding):
        facts = form.facts() | {"repeat_of": repeat_screens.chosen()}
        kept = refused_or(form, repeat_services.edit, finding, **facts, by=current_user)
    else:
        kept = None
    if kept is not None:
        flash(_("Saved."), "success")
        return redirect(url_for("findings.show", id=id))
    finding = queries.get(id, to=current_user)
    beside = repeat_screens.beside(form, current_user, finding)
    return taking.form_page("findings/edit.html", form, finding=finding, **beside)


@blueprint.route("/<int:id>/step/<step>", methods=["GET", "POST"])
@allow(*HANDS_ON)
def step(id: int, step: str) -> ResponseReturnValue:
    """One step of the workflow, with the facts it asks for."""
    finding = queries.get(id, to=current_user)
    row = FINDING.by_name.get(step) or abort(404)
    kind, verb = screens.FINDING_STEPS[step]
    return taking.take(
        finding,
        kind(obj=taking.shown(finding)),
        verb,
        row,
        url_for("findings.show", id=id),
        "findings/step.html",
    )


@blueprint.route("/<int:id>/regrade", methods=["GET", "POST"])
@allow(Permission.FINDING_RAISE)
def regrade(id: int) -> ResponseReturnValue:
    """Another grade, with a reason."""
    finding = queries.get(id, to=current_user)
    form = forms.GradeForm()
    form.offer(finding)
    back = url_for("findings.show", id=id)
    return taking.take(finding, form, screens.regrade, screens.REGRADE, back, "findings/step.html")


# --- actions ------------------------------------------------------------------------------------------------


@blueprint.route("/<int:id>/actions/new", methods=["GET", "POST"])
@allow(*DOES)
def new_action(id: int) -> ResponseReturnValue:
    """Plan an action for a finding."""
    finding = queries.get(id, to=current_user)
    form = forms.ActionForm()
    form.offer(finding)
    if form.validate_on_submit():
        facts = form.facts() | {"kind": ActionKind(form.kind.data)}
        action = refused_or(form, services.add_action, **facts, finding=finding, by=current_user)
        if action is not None:
            flash(_("%(code)s is planned.", code=action.code), "success")
            return redirect(url_for("findings.show", id=id) + "#actions")
    return taking.form_page("findings/action_new.html", form, finding=queries.get(id, to=current_user))


@blueprint.get("/actions/<int:id>")
@allow(SEE)
def action(id: int) -> ResponseReturnValue:
    """An action with its evidence."""
    return showing.action(queries.get_action(id, to=current_user))


@blueprint.route("/actions/<int:id>/edit", methods=["GET", "POST"])
@allow(*DOES)
def action_edit(id: int) -> ResponseReturnValue:
    """Word an open action better, or hand it to somebody else."""
    found = queries.get_action(id, to=current_user)
    form = forms.ActionEditForm()
    form.offer(found)
    back = url_for("findings.action", id=id)
    return taking.take(
        found, form, action_services.edit, screens.EDIT_ACTION, back, "findings/action_step.html"
    )


@blueprint.route("/actions/<int:id>/step/<step>", methods=["GET", "POST"])
@allow(*DOES)
def action_step(id: int, step: str) -> ResponseReturnValue:
    """One step of an action."""
    found = queries.get_action(id, to=current_user)
    row = ACTION.by_name.get(step) or abort(404)
    kind, verb = screens.ACTION_STEPS[step]
    return taking.take(
        found, kind(), verb, row, url_for("findings.action", id=id), "findings/action_step.html"
    )
