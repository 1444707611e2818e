"""The plan of an audit: agenda, approval, answers of auditees, and the next audit from this one."""

from types import SimpleNamespace
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from audit_app.accounts.language import LOCALES, short
from audit_app.accounts.permissions import Permission as P
from audit_app.agenda import exports, forms, queries, recurring, services, team, workflow
from audit_app.agenda.blueprint import blueprint
from audit_app.agenda.models import AuditPlan, PlanState, Slot
from audit_app.agenda.screens import days
from audit_app.core.errors import Refused
from audit_app.exports import pdf
from audit_app.programme import queries as programme
from audit_app.trail import queries as trail
from audit_app.web import downloads
from audit_app.web.access import allow
from audit_app.web.forms import refused_or

MOST_TOLD = 12
"""So much of the history stands beside the agenda; the trail has all of it."""


@blueprint.get("/audits/<int:id>/plan")
@allow(P.AUDIT_SEE)
def show(id: int) -> ResponseReturnValue:
    """The plan: what stands before its approval, the agenda day by day, who has confirmed."""
    audit = programme.get(id, to=current_user)
    plan = queries.plan_of(audit)
    may_edit = workflow.why_no_edit(audit, current_user) is None
    draft = plan is not None and plan.state is PlanState.DRAFT
    return render_template(
        "agenda/show.html",
        audit=audit,
        plan=plan,
        days=days(plan, current_user, may_edit) if plan else [],
        may_edit=may_edit,
        slotless=team.without_slot(plan) if plan else [],
        problems=workflow.problems(plan, current_user) if plan and draft and may_edit and plan.slots else [],
        offers=workflow.PLAN.offers(plan, current_user) if plan and plan.slots else [],
        history=trail.history(plan, limit=MOST_TOLD) if plan else [],
    )


@blueprint.get("/audits/<int:id>/plan.pdf")
@allow(P.AUDIT_SEE)
def paper(id: int) -> ResponseReturnValue:
    """The audit plan on paper; ``?lang=`` chooses its language."""
    plan = queries.get(id, to=current_user)
    with force_locale(LOCALES[short()]):
        content = pdf.render(exports.plan_document(plan))
        name = _("Audit plan %(code)s", code=plan.code)
    return downloads.send(content, f"{name}.pdf", downloads.PDF)


@blueprint.route("/audits/<int:id>/plan/edit", methods=["GET", "POST"])
@allow(P.AUDIT_PLAN, P.AUDIT_CONDUCT)
def edit(id: int) -> ResponseReturnValue:
    """The texts of the plan."""
    audit = programme.get(id, to=current_user)
    plan = queries.plan_of(audit)
    stored = {name: getattr(plan, name) for name in services.TEXTS} if plan else {}
    form = forms.PlanForm(data=stored)
    if plan is not None:
        form.show_version(plan)
    fresh = form.validate_on_submit() and _fresh(form, plan)
    if fresh and refused_or(form, services.write_plan, audit, **form.values(), by=_me()):
        return _saved(id)
    return _page("agenda/edit.html", form, audit=audit, plan=plan)


@blueprint.post("/audits/<int:id>/plan/propose")
@allow(P.AUDIT_PLAN, P.AUDIT_CONDUCT)
def propose(id: int) -> ResponseReturnValue:
    """An agenda from the scope, in one step."""
    audit = programme.get(id, to=current_user)
    for words in services.propose_agenda(audit, by=_me()):
        flash(str(words), "warning")
    return _saved(id, _("An agenda is proposed. Look through it, change what does not suit."))


@blueprint.route("/audits/<int:id>/plan/slots/new", methods=["GET", "POST"])
@allow(P.AUDIT_PLAN, P.AUDIT_CONDUCT)
def slot_new(id: int) -> ResponseReturnValue:
    """A further slot; the plan begins with the first."""
    audit = programme.get(id, to=current_user)
    plan = queries.plan_of(audit)
    given = forms.new_slot_data(audit, plan) if request.method == "GET" else None
    form = forms.SlotForm(data=given).offer(audit)
    if form.validate_on_submit() and refused_or(form, _add, audit, **form.facts()):
        return _saved(id)
    return _page("agenda/slot.html", form, audit=audit, plan=plan, slot=None)


def _add(audit: Any, **facts: Any) -> Slot:
    plan = queries.plan_of(audit) or services.write_plan(audit, by=_me())
    return services.add_slot(plan, **facts, by=_me())


@blueprint.route("/audits/<int:id>/plan/slots/<int:slot>", methods=["GET", "POST"])
@allow(P.AUDIT_PLAN, P.AUDIT_CONDUCT)
def slot_edit(id: int, slot: int) -> ResponseReturnValue:
    """Change a slot."""
    plan = queries.get(id, to=current_user)
    found = queries.slot_of(plan, slot)
    form = forms.SlotForm(data=forms.slot_data(found) if request.method == "GET" else None)
    form.offer(plan.audit, found).show_version(plan)
    stored = SimpleNamespace(version=plan.version, **forms.slot_data(found))
    fresh = form.validate_on_submit() and form.check_fresh(stored)
    if fresh and refused_or(form, services.edit_slot, found, **form.facts(), by=_me()):
        return _saved(id)
    return _page("agenda/slot.html", form, audit=plan.audit, plan=plan, slot=found)


@blueprint.post("/audits/<int:id>/plan/slots/<int:slot>/<verb>")
@allow(P.AUDIT_SEE)
def slot_act(id: int, slot: int, verb: str) -> ResponseReturnValue:
    """Drop a slot, let it change places or drag it onto another one (``onto``), confirm its time; who may do
    which, its rule says."""
    found = queries.slot_of(queries.get(id, to=current_user), slot)
    acts: dict[str, Any] = {
        "drop": lambda: services.drop_slot(found, by=_me()),
        "earlier": lambda: services.move_slot(found, True, by=_me()),
        "later": lambda: services.move_slot(found, False, by=_me()),
        "place": lambda: services.place_slot(
            found, queries.slot_of(found.plan, request.form.get("onto", 0, type=int)), by=_me()
        ),
        "confirm": lambda: services.confirm(found, by=_me()),
    }
    if verb not in acts:
        abort(404)
    acts[verb]()
    return _saved(id, anchor=None if verb == "drop" else f"slot-{slot}")


@blueprint.route("/audits/<int:id>/plan/slots/<int:slot>/other-time", methods=["GET", "POST"])
@allow(P.AUDIT_SEE)
def other_time(id: int, slot: int) -> ResponseReturnValue:
    """An auditee asks for another time."""
    plan = queries.get(id, to=current_user)
    found = queries.slot_of(plan, slot)
    if current_user.id not in {person.id for person in found.auditees}:
        raise Refused(_l("Only an auditee of this slot answers for it."))
    form = forms.OtherTimeForm()
    if form.validate_on_submit() and refused_or(
        form, services.ask_other_time, found, form.reason.data, by=_me()
    ):
        return _saved(id)
    return _page("agenda/other_time.html", form, audit=plan.audit, slot=found)


@blueprint.route("/audits/<int:id>/plan/approve", methods=["GET", "POST"])
@allow(P.PLAN_APPROVE)
def approve(id: int) -> ResponseReturnValue:
    """Approve the plan."""
    plan = queries.get(id, to=current_user)
    form = forms.ApproveForm()
    if form.validate_on_submit() and refused_or(form, services.approve_plan, plan, by=_me()):
        return _saved(id, _("The plan is approved. Everybody named in it is told."))
    step = workflow.PLAN.by_name["approve"]
    missing = workflow.PLAN.missing(step, plan, current_user)
    return _page("agenda/approve.html", form, plan=plan, audit=plan.audit, missing=missing)


@blueprint.route("/audits/<int:id>/next", methods=["GET", "POST"])
@allow(P.AUDIT_PLAN)
def next_audit(id: int) -> ResponseReturnValue:
    """The next audit with the same scope."""
    audit = programme.get(id, to=current_user)
    form = forms.NextForm(data={"months": 12, "with_agenda": True} if request.method == "GET" else None)
    form.offer(audit)
    if form.validate_on_submit():
        made = refused_or(
            form, recurring.plan_next, audit, form.months.data, with_agenda=form.with_agenda.data, by=_me()
        )
        if made:
            if made[1]:
                flash(_("Not taken along, choose anew: %(people)s.", people=", ".join(made[1])), "warning")
            flash(_("%(code)s is planned.", code=made[0].code), "success")
            return redirect(url_for("programme.audit", id=made[0].id), 303)
    return _page("agenda/next.html", form, audit=audit)


def _fresh(form: Any, plan: AuditPlan | None) -> bool:
    return plan is None or form.check_fresh(plan)


def _me() -> Any:
    """The person behind the proxy: a relationship takes no proxy."""
    return current_user._get_current_object()


def _saved(id: int, words: str | None = None, anchor: str | None = None) -> ResponseReturnValue:
    flash(words or _("Saved"), "success")
    return redirect(url_for(".show", id=id, _anchor=anchor), 303)


def _page(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    return render_template(template, form=form, **context), 422 if form.is_submitted() else 200
