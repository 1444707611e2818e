"""The certification cycle over HTTP: who may enter, what to show next."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission as P
from audit_app.certification import exports, forms, gaps, queries, screens, services
from audit_app.certification.library import DEFAULT
from audit_app.certification.models import Scheme, Unit
from audit_app.certification.workflow import CERTIFICATE, may_edit
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.findings import external
from audit_app.web import downloads
from audit_app.web.access import allow
from audit_app.web.forms import refused_or

blueprint = Blueprint("certification", __name__, url_prefix="/certification")

MEDIA = {"pdf": downloads.PDF, "xlsx": downloads.XLSX}


def _language() -> str:
    """``zh`` or ``en`` from ``?lang=``, else the reader's."""
    asked = request.args.get("lang", "")
    locale = get_locale()
    reader = "zh" if locale is not None and locale.language == "zh" else "en"
    return asked if asked in exports.LOCALES else reader


def _form(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    """A form page: 422 when it comes back."""
    page = render_template(f"certification/{template}.html", form=form, **context)
    return page, 422 if form.is_submitted() else 200


# --- the cycle ----------------------------------------------------------------------------------------------


@blueprint.get("/")
@allow(P.PROGRAMME_SEE)
def index() -> ResponseReturnValue:
    """Where the organisation stands: the running cycle, or how to begin one."""
    certificate = queries.current(current_user)
    if certificate is None:
        return render_template("certification/none.html")
    return render_template("certification/show.html", **screens.page(certificate, current_user))


@blueprint.get("/<int:id>")
@allow(P.PROGRAMME_SEE)
def show(id: int) -> ResponseReturnValue:
    """One cycle, also a past one."""
    certificate = queries.get(id, to=current_user)
    return render_template("certification/show.html", **screens.page(certificate, current_user))


@blueprint.route("/new", methods=["GET", "POST"])
@allow(P.AUDIT_PLAN)
def new() -> ResponseReturnValue:
    """Begin a cycle; without any rules the person is led to them first."""
    schemes = queries.schemes()
    if not schemes:
        return redirect(url_for("certification.rules"))
    form = forms.CycleForm()
    form.fill()
    if not form.is_submitted():
        form.scheme_id.data = next((each.id for each in schemes if each.code == DEFAULT), schemes[0].id)
    if form.validate_on_submit():
        made = refused_or(form, services.begin_cycle, **form.facts(), by=current_user)
        if made is not None:
            flash(_("The cycle has begun. The page says what is missing before stage 1."), "success")
            return redirect(url_for("certification.show", id=made.id))
    return _form("edit", form, certificate=None)


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@allow(P.AUDIT_PLAN)
def edit(id: int) -> ResponseReturnValue:
    """Change the facts of a running cycle."""
    certificate = queries.get(id, to=current_user)
    if not may_edit(certificate, current_user):
        abort(403)
    form = forms.filled(forms.CycleForm, certificate)
    form.fill()
    form.show_version(certificate)
    if (
        form.validate_on_submit()
        and form.check_fresh(certificate)
        and refused_or(form, services.edit_certificate, certificate, **form.facts(), by=current_user)
    ):
        flash(_("Saved."), "success")
        return redirect(url_for("certification.show", id=id))
    return _form("edit", form, certificate=queries.get(id, to=current_user))


@blueprint.route("/<int:id>/step/<step>", methods=["GET", "POST"])
@allow(P.AUDIT_PLAN)
def step(id: int, step: str) -> ResponseReturnValue:
    """Take a step of the workflow."""
    certificate = queries.get(id, to=current_user)
    if step not in CERTIFICATE.by_name:
        abort(404)
    decided = step in ("certify", "renew")
    form: Any = forms.DecisionForm() if decided else forms.ReasonForm()
    if form.validate_on_submit():
        given = {name: "" if value is None else value for name, value in form.values().items()}
        if decided:
            given |= {"decided_on": form.decided_on.data, "valid_until": form.valid_until.data}
        made = refused_or(form, getattr(services, step), certificate, **given, by=current_user)
        if made is not None:
            flash(_("%(step)s. Done.", step=CERTIFICATE.by_name[step].label), "success")
            return redirect(url_for("certification.show", id=made.id))
    found = queries.get(id, to=current_user)
    return _form("step", form, certificate=found, step=CERTIFICATE.by_name[step])


# --- gaps ---------------------------------------------------------------------------------------------------


def _gap_list(id: int) -> tuple[Any, Any]:
    certificate = queries.get(id, to=current_user)
    audit = queries.gap_audit(certificate, to=current_user)
    return certificate, gaps.gaps(audit, to=current_user) if audit is not None else None


@blueprint.get("/<int:id>/gaps")
@allow(P.AUDIT_SEE)
def gap_list(id: int) -> ResponseReturnValue:
    """The gap list with its plan and progress."""
    certificate, found = _gap_list(id)
    return render_template("certification/gaps.html", certificate=certificate, gap_list=found)


@blueprint.get("/<int:id>/gaps.<kind>")
@allow(P.AUDIT_SEE)
def gap_export(id: int, kind: str) -> ResponseReturnValue:
    """The gap list as PDF or XLSX."""
    certificate, found = _gap_list(id)
    if kind not in MEDIA or found is None:
        abort(404)
    content = exports.gap_file(certificate, found, kind, _language())
    return downloads.send(content, f"{certificate.code} {found.audit.code}.{kind}", MEDIA[kind])


@blueprint.route("/<int:id>/gaps/<any(finding, item):kind>/<int:number>", methods=["GET", "POST"])
@allow(P.AUDIT_PLAN)
def gap_plan(id: int, kind: str, number: int) -> ResponseReturnValue:
    """What closes one gap, who does it, until when, how far it is."""
    _certificate, found = _gap_list(id)
    if found is None:
        raise NotVisible
    gap = gaps.get_gap(found.audit, kind, number, to=current_user)
    form = forms.filled(forms.PlanForm, gap.plan) if gap.plan is not None else forms.PlanForm()
    form.fill()
    if gap.plan is not None:
        form.show_version(gap.plan)
    if (
        form.validate_on_submit()
        and (gap.plan is None or form.check_fresh(gap.plan))
        and refused_or(form, gaps.plan_gap, gap, **form.facts(), by=current_user)
    ):
        flash(_("Saved."), "success")
        return redirect(url_for("certification.gap_list", id=id))
    return _form("plan", form, certificate=queries.get(id, to=current_user), gap=gap)


# --- rules, and deadlines of the body -----------------------------------------------------------------------


@blueprint.get("/rules")
@allow(P.PROGRAMME_SEE)
def rules() -> ResponseReturnValue:
    """The rules as a table: period, edition, body, source."""
    return render_template(
        "certification/rules.html", schemes=queries.schemes(), running=queries.running(),
        words=screens.rule_words,
    )  # fmt: skip


@blueprint.post("/rules/load")
@allow(P.AUDIT_PLAN)
def load_rules() -> ResponseReturnValue:
    """Take over the rules that ship."""
    made = services.load_rules(by=current_user)
    flash(_("Schemes taken over: %(count)s.", count=len(made)), "success")
    return redirect(url_for("certification.rules"))


@blueprint.route("/rules/<int:id>", methods=["GET", "POST"])
@allow(P.AUDIT_PLAN)
def rule_edit(id: int) -> ResponseReturnValue:
    """Change a period and its source."""
    rule = queries.get_rule(id, to=current_user)
    form = forms.filled(forms.RuleForm, rule)
    form.show_version(rule)
    if form.validate_on_submit() and form.check_fresh(rule):
        given = {"amount": form.amount.data, "unit": Unit(form.unit.data), "source": form.source.data or ""}
        if refused_or(form, services.edit_rule, rule, **given, by=current_user):
            flash(_("Saved. All windows are computed anew."), "success")
            return redirect(url_for("certification.rules"))
    return _form("rule", form, rule=queries.get_rule(id, to=current_user))


@blueprint.route("/rules/new", methods=["GET", "POST"])
@allow(P.AUDIT_PLAN)
def scheme_new() -> ResponseReturnValue:
    """The rules of one body, beginning with those of another scheme."""
    form = forms.SchemeForm()
    form.fill()
    if form.validate_on_submit():
        like = db.session.get(Scheme, form.like_id.data)
        given = (form.title.data or "", form.body.data or "", like)
        if refused_or(form, services.add_scheme, *given, by=current_user):
            flash(_("The scheme is there. Change what this body does differently."), "success")
            return redirect(url_for("certification.rules"))
    return _form("scheme", form)


@blueprint.route("/findings/<int:id>", methods=["GET", "POST"])
@allow(P.FINDING_ISSUE)
def deadline(id: int) -> ResponseReturnValue:
    """The body's own number and deadline of a finding in our register."""
    finding = queries.get_external(id, to=current_user)
    form = forms.filled(forms.DeadlineForm, finding)
    form.show_version(finding)
    proposed = screens.proposed_deadline(finding)
    if not form.is_submitted() and finding.body_due_on is None:
        form.body_due_on.data = proposed
    if form.validate_on_submit() and form.check_fresh(finding):
        given = {"body_reference": form.body_reference.data or "", "body_due_on": form.body_due_on.data}
        if refused_or(form, external.set_body_deadline, finding, **given, by=current_user):
            flash(_("Saved."), "success")
            return redirect(url_for("certification.index"))
    return _form("deadline", form, finding=queries.get_external(id, to=current_user), proposed=proposed)
