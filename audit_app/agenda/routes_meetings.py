"""The opening and the closing meeting of an audit, who was there, and diverging opinions."""

from types import SimpleNamespace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.language import LOCALES, short
from audit_app.accounts.permissions import Permission as P
from audit_app.agenda import exports, forms, meetings, queries, workflow
from audit_app.agenda.blueprint import blueprint
from audit_app.agenda.models import MeetingKind, Slot
from audit_app.core.errors import NotVisible
from audit_app.exports import pdf
from audit_app.programme import queries as programme
from audit_app.programme.models import Audit
from audit_app.web import downloads
from audit_app.web.access import allow
from audit_app.web.forms import refused_or


@blueprint.get("/audits/<int:id>/meetings")
@allow(P.AUDIT_SEE)
def meetings_page(id: int) -> ResponseReturnValue:
    """Both meetings with attendance and signatures, and the diverging opinions."""
    audit = programme.get(id, to=current_user)
    plan = queries.plan_of(audit)
    return render_template(
        "agenda/meetings.html",
        audit=audit,
        kinds=list(MeetingKind),
        held=queries.meetings_of(audit),
        planned={kind: _planned(plan, kind) for kind in MeetingKind},
        points=meetings.POINTS,
        signatures=queries.signatures_of(audit),
        opinions=_seen(audit),
        may_record=workflow.why_no_record(audit, current_user) is None,
    )


@blueprint.get("/audits/<int:id>/attendance.pdf")
@allow(P.AUDIT_SEE)
def attendance(id: int) -> ResponseReturnValue:
    """The attendance sheets of both meetings; ``?lang=`` chooses the language."""
    audit = programme.get(id, to=current_user)
    plan = queries.plan_of(audit)
    planned = {kind: _planned(plan, kind) for kind in MeetingKind}
    with force_locale(LOCALES[short()]):
        document = exports.attendance_document(
            audit, queries.meetings_of(audit), planned, queries.signatures_of(audit), _seen(audit)
        )
        content, name = pdf.render(document), _("Attendance %(code)s", code=audit.code)
    return downloads.send(content, f"{name}.pdf", downloads.PDF)


@blueprint.route("/audits/<int:id>/meetings/<kind>", methods=["GET", "POST"])
@allow(P.AUDIT_PLAN, P.ANSWER_RECORD)
def meeting_edit(id: int, kind: str) -> ResponseReturnValue:
    """Record a meeting, or correct its record."""
    audit = programme.get(id, to=current_user)
    if kind not in {each.value for each in MeetingKind}:
        raise NotVisible
    which = MeetingKind(kind)
    meeting = queries.meetings_of(audit).get(which)
    given = None
    if request.method == "GET":
        given = forms.meeting_data(audit, which, meeting, _planned(queries.plan_of(audit), which))
    form = forms.MeetingForm(data=given).offer(audit, which, meeting)
    if meeting is not None:
        form.show_version(meeting)
    fresh = form.validate_on_submit() and (meeting is None or form.check_fresh(meeting))
    if fresh and refused_or(form, _record, audit, which, form):
        return _saved(id)
    return _page("agenda/meeting.html", form, audit=audit, kind=which)


def _record(audit: Audit, kind: MeetingKind, form: forms.MeetingForm) -> Any:
    return meetings.record_meeting(audit, kind, **form.facts(), by=_me())


@blueprint.route("/audits/<int:id>/opinions/new", methods=["GET", "POST"])
@allow(P.AUDIT_PLAN, P.ANSWER_RECORD)
def opinion_new(id: int) -> ResponseReturnValue:
    """Record a diverging opinion."""
    audit = programme.get(id, to=current_user)
    form = forms.OpinionForm().offer(programme.findings_of(audit, to=current_user))
    if form.validate_on_submit() and refused_or(
        form, meetings.record_opinion, audit, **_opinion(form, audit)
    ):
        return _saved(id)
    return _page("agenda/opinion.html", form, audit=audit, opinion=None)


@blueprint.route("/audits/<int:id>/opinions/<int:opinion>", methods=["GET", "POST"])
@allow(P.AUDIT_PLAN, P.ANSWER_RECORD)
def opinion_edit(id: int, opinion: int) -> ResponseReturnValue:
    """Correct it, or write how it was settled."""
    audit = programme.get(id, to=current_user)
    found = queries.opinion_of(audit, opinion)
    visible = programme.findings_of(audit, to=current_user)
    if found.finding is not None and found.finding not in visible:
        raise NotVisible
    form = forms.OpinionForm(data=forms.opinion_data(found) if request.method == "GET" else None)
    form.offer(visible).show_version(found)
    stored = SimpleNamespace(version=found.version, **forms.opinion_data(found))
    fresh = form.validate_on_submit() and form.check_fresh(stored)
    if fresh and refused_or(form, meetings.edit_opinion, found, **_opinion(form, audit)):
        return _saved(id)
    return _page("agenda/opinion.html", form, audit=audit, opinion=found)


def _opinion(form: forms.OpinionForm, audit: Audit) -> dict[str, Any]:
    values = form.values()
    by_id = {finding.id: finding for finding in audit.findings}
    words = values.pop("opinion")
    return {**values, "words": words, "finding": by_id.get(values["finding"]), "by": _me()}


def _seen(audit: Audit) -> list[Any]:
    """Opinions as far as the reader sees the finding they are about."""
    visible = programme.findings_of(audit, to=current_user)
    return [o for o in queries.diverging_opinions(audit) if o.finding is None or o.finding in visible]


def _planned(plan: Any, kind: MeetingKind) -> Slot | None:
    """The slot of the agenda in which the meeting was planned."""
    slots = plan.slots if plan is not None else []
    return next((slot for slot in slots if slot.kind.value == kind.value), None)


def _me() -> Any:
    """The person behind the proxy: a relationship takes no proxy."""
    return current_user._get_current_object()


def _saved(id: int) -> ResponseReturnValue:
    flash(_("Saved"), "success")
    return redirect(url_for(".meetings_page", id=id), 303)


def _page(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    return render_template(template, form=form, **context), 422 if form.is_submitted() else 200
