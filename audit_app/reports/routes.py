"""The report of an audit over HTTP."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.language import short
from audit_app.accounts.permissions import Permission as P
from audit_app.core.errors import NotVisible
from audit_app.programme import queries as programme
from audit_app.programme.models import Audit
from audit_app.programme.workflow import leads
from audit_app.reports import exports, forms, queries, screens, services
from audit_app.reports.models import ReportState
from audit_app.reports.workflow import REPORT
from audit_app.web import downloads
from audit_app.web.access import allow
from audit_app.web.forms import BaseForm, refused_or
from audit_app.web.pages import number as asked_number

blueprint = Blueprint("reports", __name__, url_prefix="/audits/<int:audit_id>/report")

MEDIA = {"pdf": downloads.PDF, "xlsx": downloads.XLSX}


@blueprint.get("/")
@allow(P.AUDIT_SEE)
def show(audit_id: int) -> ResponseReturnValue:
    """The report as a page; ``?number=`` shows a supplement."""
    try:
        audit = _audit(audit_id)
    except NotVisible:  # the audit may be seen although its report may not
        return render_template("reports/closed.html", audit=programme.get(audit_id, to=current_user))
    number = asked_number("number", 0) or None
    return render_template("reports/show.html", **screens.page(audit, current_user, number))


@blueprint.route("/words", methods=["GET", "POST"])
@allow(P.AUDIT_CONDUCT)
def write(audit_id: int) -> ResponseReturnValue:
    """Write what no data can say."""
    audit = _audit(audit_id)
    report = queries.report_of(audit)
    if leads(audit, current_user) is not None or report.state is ReportState.ISSUED:
        abort(403)
    form = forms.WordsForm().offer(report)
    form.show_version(report)
    fresh = form.validate_on_submit() and form.check_fresh(report)
    if fresh and refused_or(form, services.write, audit, **form.facts(), by=_me()):
        flash(_("Saved"), "success")
        return redirect(url_for(".show", audit_id=audit_id), 303)
    return _page("reports/write.html", form, audit=_audit(audit_id))


@blueprint.post("/approve")
@allow(P.FINDING_APPROVE)
def approve(audit_id: int) -> ResponseReturnValue:
    """Give the second approval to the major grades."""
    services.approve_grades(_audit(audit_id), by=_me())
    flash(_("The major grades are approved."), "success")
    return redirect(url_for(".show", audit_id=audit_id), 303)


@blueprint.route("/step/<step>", methods=["GET", "POST"])
@allow(P.AUDIT_CONDUCT)
def step(audit_id: int, step: str) -> ResponseReturnValue:
    """Issue the report, or a supplement to it."""
    audit = _audit(audit_id)
    if step not in REPORT.by_name:
        abort(404)
    form: BaseForm = forms.SupplementForm() if step == "supplement" else forms.IssueForm()
    verb = getattr(services, step)
    facts = {**form.values(), "render": exports.render_all, "by": _me()}
    if form.validate_on_submit() and refused_or(form, verb, audit, **facts):
        flash(_("Issued and frozen."), "success")
        return redirect(url_for(".show", audit_id=audit_id), 303)
    audit = _audit(audit_id)
    missing = REPORT.missing(REPORT.by_name[step], queries.report_of(audit), current_user)
    return _page("reports/step.html", form, audit=audit, step=REPORT.by_name[step], missing=missing)


@blueprint.get("/file.<kind>")
@allow(P.AUDIT_SEE)
def file(audit_id: int, kind: str) -> ResponseReturnValue:
    """The report as PDF, its tables as XLSX; ``?lang=`` and ``?number=`` choose."""
    audit, number = _audit(audit_id), asked_number("number", 0)
    if kind not in MEDIA:
        abort(404)
    language = short()
    content = exports.file_of(audit, language, kind, to=current_user, number=number)
    name = exports.filename(audit, number, language, kind)
    return downloads.send(content, name, MEDIA[kind], inline=kind == "pdf" and not request.args.get("save"))


def _audit(audit_id: int) -> Audit:
    return queries.get_audit(audit_id, to=current_user)


def _me() -> Any:
    """The person behind the proxy: a relationship takes no proxy."""
    return current_user._get_current_object()


def _page(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    return render_template(template, form=form, **context), 422 if form.is_submitted() else 200
