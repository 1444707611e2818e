"""The year at a glance, programmes, and audits."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import selectinload

from audit_app.accounts import queries as accounts
from audit_app.accounts import replies
from audit_app.accounts.language import LOCALES, short
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.evidence import queries as evidence
from audit_app.programme import (
    exports,
    fitness,
    forms,
    gaps,
    leads,
    queries,
    routes_team,
    services,
    versions,
    waivers,
    workflow,
)
from audit_app.programme.blueprint import blueprint
from audit_app.programme.coverage import coverage
from audit_app.programme.models import Audit, AuditKind, AuditState, Programme, TeamMember
from audit_app.programme.year import bars, months
from audit_app.trail import queries as trail
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.pages import arguments, number, ordering, paginate

blueprint.add_app_template_global(queries.sees_every_audit, "sees_every_audit")
VIEWS = (routes_team,)
"""Modules whose views are on the same blueprint."""

FILTERS = ("q", "year", "kind", "state", "process", "department", "person", "late")
SORTS = {
    "code": Audit.code,
    "title": Audit.title,
    "starts": Audit.starts_on,
    "kind": Audit.kind,
    "state": Audit.state,
}


@blueprint.get("/")
@allow(Permission.PROGRAMME_SEE)
def index() -> ResponseReturnValue:
    """The year at a glance: this year's programme, or the newest."""
    found = queries.programmes(current_user)
    if not found:
        return render_template("programme/none.html")
    return _year(next((each for each in found if each.year == today().year), found[0]))


@blueprint.get("/<int:year>")
@allow(Permission.PROGRAMME_SEE)
def show(year: int) -> ResponseReturnValue:
    """One year at a glance."""
    return _year(queries.programme_of(year, to=current_user))


def _year(programme: Programme) -> ResponseReturnValue:
    audits = queries.of_year(programme, to=current_user)
    everything = queries.sees_every_audit(current_user)
    changed = sum(len(each) for each in versions.since_approval(programme)) if everything else 0
    return render_template(
        "programme/year.html",
        programme=programme,
        programmes=queries.programmes(current_user),
        bars=bars(audits, programme.year),
        months=months(programme.year),
        coverage=coverage(audits, accounts.processes()) if everything else None,
        late=[audit for audit in queries.late(current_user, today()) if audit.programme_id == programme.id],
        offers=[
            each
            for each in workflow.PROGRAMME.offers(programme, current_user)
            if each.step.name != "approve_changes" or changed
        ],
        changed=changed,
        unjustified=gaps.unjustified(programme) if everything else [],
        versions=versions.of(programme),
        next_words=workflow.PROGRAMME_NEXT[programme.state],
        history=trail.history(programme),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT)
def new() -> ResponseReturnValue:
    """Write the programme of a year."""
    defaults = {"year": today().year, "manager": current_user.id} if request.method == "GET" else None
    form = forms.ProgrammeForm(data=defaults).offer()
    if form.validate_on_submit() and refused_or(
        form, services.add_programme, **form.facts(), by=replies.me()
    ):
        return replies.saved(url_for(".show", year=form.year.data))
    return replies.page("programme/edit.html", form, programme=None)


@blueprint.route("/<int:year>/edit", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT)
def edit(year: int) -> ResponseReturnValue:
    """Change a draft."""
    programme = queries.programme_of(year, to=current_user)
    names = ("title", "objectives", "risks", "methods")
    data = {name: getattr(programme, name) for name in names} | {"manager": programme.manager_id}
    form = forms.ProgrammeForm(data=data).offer(programme)
    form.show_version(programme)
    fresh = form.validate_on_submit() and form.check_fresh(programme)
    if fresh and refused_or(form, services.edit_programme, programme, **form.facts(), by=replies.me()):
        return replies.saved(url_for(".show", year=year))
    return replies.page("programme/edit.html", form, programme=programme)


@blueprint.route("/<int:year>/step/<step>", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT, Permission.PROGRAMME_APPROVE)
def step(year: int, step: str) -> ResponseReturnValue:
    """Take a step of a programme: approve, revise, close."""
    programme = queries.programme_of(year, to=current_user)
    verbs = {
        "approve": services.approve_programme,
        "approve_changes": services.approve_changes,
        "revise": services.revise_programme,
        "close": services.close_programme,
    }
    row, form = _step_of(workflow.PROGRAMME, step), forms.STEP_FORMS.get(step, forms.StepForm)()
    if form.validate_on_submit() and refused_or(
        form, verbs[step], programme, **form.values(), by=replies.me()
    ):
        return replies.saved(url_for(".show", year=year))
    missing = workflow.PROGRAMME.missing(row, programme, current_user)
    return replies.page(
        "programme/step.html",
        form,
        step=row,
        subject=programme,
        missing=missing,
        back=url_for(".show", year=year),
    )


@blueprint.get("/audits")
@allow(Permission.AUDIT_SEE)
def audits() -> ResponseReturnValue:
    """The list of audits."""
    order, _key = ordering(SORTS, "-starts")
    query = queries.audits(current_user, **arguments(FILTERS)).order_by(None).order_by(order, Audit.id)
    return render_template(
        "programme/audits.html",
        paging=paginate(query),
        years=[(each.year, each.year) for each in queries.programmes(current_user)],
        kinds=AuditKind.choices(),
        states=AuditState.choices(),
        processes=[(each.id, each.name) for each in accounts.processes(all_=True)],
        departments=[(each.id, each.name) for each in accounts.departments(all_=True)],
    )


@blueprint.get("/audits.xlsx")
@allow(Permission.AUDIT_SEE)
def audits_export() -> ResponseReturnValue:
    """The list of audits as a workbook, as filtered; ``?lang=`` chooses its language."""
    query = queries.audits(current_user, **arguments(FILTERS)).options(
        selectinload(Audit.departments),
        selectinload(Audit.sites),
        selectinload(Audit.auditees),
        selectinload(Audit.members).joinedload(TeamMember.person),
    )
    rows = list(db.session.scalars(query))
    with force_locale(LOCALES[short()]):
        return replies.workbook(exports.audits(rows), "audits")


@blueprint.route("/audits/new", methods=["GET", "POST"])
@allow(Permission.AUDIT_PLAN)
def audit_new() -> ResponseReturnValue:
    """Plan an audit in the programme of ``?year=`` (this year's, or the newest, when none is named)."""
    open_ = queries.open_programmes()
    if not open_:
        flash(_("Write the programme of the year first; audits are planned in it."), "warning")
        return redirect(url_for(".new"))
    wanted = number("year", today().year)
    programme = next((each for each in open_ if each.year == wanted), open_[0])
    form = forms.AuditForm(
        data=forms.new_audit_defaults(programme) if request.method == "GET" else None
    ).offer()
    if form.validate_on_submit():
        audit = refused_or(form, services.add_audit, programme, **form.facts(), by=replies.me())
        if audit:
            return replies.saved(url_for(".audit_team", id=audit.id))
    return replies.page("programme/audit_edit.html", form, audit=None, programme=programme)


@blueprint.get("/audits/<int:id>")
@allow(Permission.AUDIT_SEE)
def audit(id: int) -> ResponseReturnValue:
    """One audit: what happens next, facts, scope, team, checklists, findings, evidence, history."""
    found = queries.get(id, to=current_user)
    return render_template(
        "programme/audit.html",
        audit=found,
        next_words=workflow.NEXT[found.state],
        offers=workflow.offers(found, current_user),
        unfit=waivers.unfit_by_person(fitness.standing(found)) if found.state in services.CHANGEABLE else {},
        waivers=[each for each in found.waivers if each.state != "withdrawn"],
        remarks=workflow.remarks(found),
        waiting=leads.waiting([found]).get(id),
        findings=queries.findings_of(found, to=current_user),
        files=evidence.of(found),
        may_attach=evidence.may_attach(found, current_user),
        may_change=found.state in services.CHANGEABLE and current_user.may(Permission.AUDIT_PLAN),
        history=trail.history(found),
    )


@blueprint.route("/audits/<int:id>/edit", methods=["GET", "POST"])
@allow(Permission.AUDIT_PLAN)
def audit_edit(id: int) -> ResponseReturnValue:
    """Change plan and scope."""
    found = queries.get(id, to=current_user)
    form = forms.AuditForm(data=forms.audit_data(found) if request.method == "GET" else None).offer(found)
    form.show_version(found)
    fresh = form.validate_on_submit() and form.check_fresh(found)
    if fresh and refused_or(form, services.edit_audit, found, **form.facts(), by=replies.me()):
        return replies.saved(url_for(".audit", id=id))
    return replies.page("programme/audit_edit.html", form, audit=found, programme=found.programme)


@blueprint.route("/audits/<int:id>/team", methods=["GET", "POST"])
@allow(Permission.AUDIT_PLAN)
def audit_team(id: int) -> ResponseReturnValue:
    """Choose lead and team."""
    found = queries.get(id, to=current_user)
    form = forms.TeamForm().offer(found, forms.chosen(request.args))
    form.show_version(found)
    fresh = form.validate_on_submit() and form.check_fresh(found)
    if fresh and refused_or(form, services.set_team, found, **form.facts(), by=replies.me()):
        return replies.saved(url_for(".audit", id=id))
    lead, members, _reason = form.facts().values()
    unfit = fitness.not_waived(fitness.of_team(found, lead, members), found)
    return replies.page(
        "programme/team.html", form, audit=found, unfit=waivers.unfit_by_person(unfit), back=form.here()
    )


@blueprint.route("/audits/<int:id>/step/<step>", methods=["GET", "POST"])
@allow(Permission.AUDIT_PLAN, Permission.AUDIT_CONDUCT, Permission.AUDIT_CLOSE)
def audit_step(id: int, step: str) -> ResponseReturnValue:
    """Take a step of an audit: notify, start, report, close, cancel."""
    found = queries.get(id, to=current_user)
    table = workflow.workflow_of(found)
    if step == "report" and not found.external:  # our own audits are reported by issuing their report
        return redirect(url_for("reports.show", audit_id=id), 303)
    row, form = _step_of(table, step), forms.STEP_FORMS.get(step, forms.StepForm)()
    if form.validate_on_submit() and refused_or(
        form, getattr(services, step), found, **form.values(), by=replies.me()
    ):
        return replies.saved(url_for(".audit", id=id))
    missing = table.missing(row, found, current_user)
    return replies.page(
        "programme/step.html", form, step=row, subject=found, missing=missing, back=url_for(".audit", id=id)
    )


def _step_of(table: Any, name: str) -> Any:
    if name not in table.by_name:
        abort(404)
    return table.by_name[name]
