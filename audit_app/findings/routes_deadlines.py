"""Deadlines over HTTP: periods and ladder, requests for more time, handing over what somebody owns."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core import workdays
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.findings import (
    deadline_forms,
    deadlines,
    escalation,
    extensions,
    handover,
    policy,
    queries,
    screens,
    working_calendar,
)
from audit_app.findings.blueprint import blueprint
from audit_app.findings.deadline_models import Country, Rung, Term
from audit_app.findings.models import Grade
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.pages import paginate

P = Permission


def _form(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    """A form page: 422 when it comes back."""
    page = render_template(template, form=form, **context)
    return page, 422 if form.is_submitted() else 200


# --- periods and ladder -------------------------------------------------------------------------------------


@blueprint.get("/deadlines")
@allow(P.DEADLINES_MANAGE)
def deadline_table() -> ResponseReturnValue:
    """The periods in force, the calendar that counts, a worked example, and the ladder."""
    day = today()
    return render_template(
        "findings/deadlines.html",
        day=day,
        table=deadlines.table(day),
        terms=list(Term),
        remarks=deadlines.remarks(),
        country=workdays.country(),
        calendar=working_calendar.in_force(),
        published=workdays.published_until(),
        swapped=workdays.swapped(day.year),
        ladder=escalation.ladder(),
        representative=escalation.representative(),
        named=escalation.named_representative(),
    )


@blueprint.route("/deadlines/<grade>/<term>", methods=["GET", "POST"])
@allow(P.DEADLINES_MANAGE)
def deadline_edit(grade: str, term: str) -> ResponseReturnValue:
    """Change one period, for what begins from now on."""
    if grade not in {each.value for each in policy.GRADES} or term not in {each.value for each in Term}:
        abort(404)
    which = Grade(grade), Term(term)
    form = deadline_forms.PeriodForm()
    form.propose(policy.period(*which))
    if form.validate_on_submit() and refused_or(
        form, deadlines.set_period, *which, **form.facts(), by=current_user
    ):
        flash(_("Saved. Dates already promised stay as they are."), "success")
        return redirect(url_for("findings.deadline_table"), 303)
    return _form("findings/deadline_edit.html", form, grade=which[0], term=which[1])


@blueprint.route("/deadlines/calendar", methods=["GET", "POST"])
@allow(P.DEADLINES_MANAGE)
def calendar_edit() -> ResponseReturnValue:
    """Choose which calendar counts working days, for what begins from now on."""
    form = deadline_forms.CalendarForm()
    if not form.is_submitted():
        form.country.data = next(each.value for each in Country if each.code == workdays.country())
    if form.validate_on_submit() and refused_or(
        form, working_calendar.choose, country=Country(form.country.data), by=current_user
    ):
        flash(_("Saved. Dates already promised stay as they are."), "success")
        return redirect(url_for("findings.deadline_table") + "#calendar", 303)
    return _form("findings/calendar_edit.html", form, published=workdays.published_until(workdays.CHINA))


@blueprint.route("/deadlines/ladder", methods=["GET", "POST"])
@allow(P.DEADLINES_MANAGE)
def ladder_edit() -> ResponseReturnValue:
    """Change the days of the ladder and who the management representative is."""
    form = deadline_forms.LadderForm()
    form.propose(escalation.ladder(), escalation.named_representative())
    if form.validate_on_submit():
        days = {rung: form[rung.value].data for rung in Rung}
        whom = db.session.get(Person, form.person_id.data) if form.person_id.data else None
        if refused_or(form, _set_ladder, days=days, person=whom, by=current_user):
            flash(_("Saved."), "success")
            return redirect(url_for("findings.deadline_table") + "#ladder", 303)
    return _form("findings/ladder_edit.html", form, rungs=list(Rung))


def _set_ladder(**facts: Any) -> bool:
    escalation.set_ladder(**facts)
    return True


# --- more time ----------------------------------------------------------------------------------------------


@blueprint.route("/<int:id>/extend", methods=["GET", "POST"])
@allow(P.FINDING_ANSWER, P.FINDING_APPROVE, P.FINDING_VERIFY)
def extend(id: int) -> ResponseReturnValue:
    """Ask for more time for one of the dates of a finding."""
    finding = queries.get(id, to=current_user)
    form = deadline_forms.DateForm().offer(extensions.askable(finding, current_user))
    if form.validate_on_submit() and refused_or(
        form, extensions.ask, finding, **form.values(), by=current_user
    ):
        flash(_("Your request is on its way. Until it is decided, the present date counts."), "success")
        return redirect(url_for("findings.show", id=id) + "#more-time")
    return _form(
        "findings/step.html", form, subject=queries.get(id, to=current_user), step=screens.EXTEND, tones={},
        back=url_for("findings.show", id=id), final=False, effective_from=None,
        what_happens=screens.WHAT_HAPPENS["extend"],
        missing=(), refusal="" if form.term.choices else extensions.why_not_ask_any(finding, current_user),
    )  # fmt: skip


@blueprint.get("/extensions")
@allow(P.FINDING_APPROVE)
def extension_list() -> ResponseReturnValue:
    """The requests for more time that wait for a decision."""
    page = paginate(extensions.open_to(current_user))
    reasons = {each.id: extensions.why_not_decide(each, current_user) for each in page}
    return render_template("findings/extensions.html", requests=page, reasons=reasons)


@blueprint.route("/extensions/<int:id>", methods=["GET", "POST"])
@allow(P.FINDING_APPROVE)
def extension(id: int) -> ResponseReturnValue:
    """One request: grant it, or keep the date and say why."""
    request = extensions.get(id, to=current_user)
    form = deadline_forms.DecisionForm()
    form.show_version(request)
    if form.validate_on_submit() and form.check_fresh(request) and refused_or(form, _decide, request, form):
        flash(_("Decided. The owner is told."), "success")
        return redirect(url_for("findings.extension_list"), 303)
    request = extensions.get(id, to=current_user)
    return _form(
        "findings/extension.html", form, request_=request, subject=request.subject,
        counted=extensions.counted(request.subject),
        first=extensions.first_date(request.subject, request.term),
        present=extensions.present_date(request.subject, request.term), today=today(),
        refusal=extensions.why_not_decide(request, current_user),
    )  # fmt: skip


def _decide(request: Any, form: Any) -> Any:
    if form.decision.data == deadline_forms.GRANT:
        return extensions.grant(request, note=form.reason.data or "", by=current_user)
    return extensions.refuse(request, reason=form.reason.data or "", by=current_user)


# --- handing over -------------------------------------------------------------------------------------------


@blueprint.route("/hand-over/<int:id>", methods=["GET", "POST"])
@allow(P.PEOPLE_MANAGE, P.FINDING_APPROVE)
def hand_over(id: int) -> ResponseReturnValue:
    """Give everything open that somebody owns to another person."""
    person = db.session.get(Person, id)
    if person is None:
        raise NotVisible
    form = deadline_forms.HandOverForm()
    form.offer(person)
    if form.validate_on_submit():
        whom = db.session.get(Person, form.to_id.data)
        moved = refused_or(
            form, handover.hand_over, person, to=whom, reason=form.reason.data, by=current_user
        )
        if moved:
            flash(_told(sum(moved), whom), "success")
            return redirect(_back(person), 303)
    return _form(
        "findings/hand_over.html", form, person=db.session.get(Person, id),
        findings=handover.findings_of(person, current_user),
        actions=handover.actions_of(person, current_user), back=_back(person),
    )  # fmt: skip


def _told(count: int, whom: Any) -> str:
    words: str = ngettext(
        "%(num)s record handed over to %(name)s.",
        "%(num)s records handed over to %(name)s.",
        count,
        name=whom.name,
    )
    return words


def _back(person: Person) -> str:
    """The page of the person for those who may see it, else the findings they own."""
    if current_user.may(P.PEOPLE_MANAGE):
        return url_for("accounts.person", id=person.id)
    return url_for("findings.index", owner=person.id, state="open")
