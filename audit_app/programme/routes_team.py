"""Waivers and workload: who audits in spite of what, and how much."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, format_date
from flask_login import current_user
from sqlalchemy.orm import selectinload

from audit_app.accounts import queries as accounts
from audit_app.accounts import replies
from audit_app.accounts.language import LOCALES, short
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.competence import queries as competence
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.evidence import queries as evidence
from audit_app.programme import exports_team, forms_team, queries, waivers
from audit_app.programme.blueprint import blueprint
from audit_app.programme.models import Audit, TeamMember
from audit_app.programme.waiver_models import WaiverKind, WaiverState
from audit_app.programme.workload import Workload, workload
from audit_app.trail import queries as trail
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.pages import arguments, number, paginate, safe_next

FILTERS = ("state", "kind", "year")
WORKLOAD = (Permission.ANSWER_RECORD, Permission.PROGRAMME_APPROVE, Permission.TRAIL_SEE)
"""Held by those who see every audit: a workload of some of them would mislead."""


@blueprint.get("/waivers")
@allow(Permission.AUDIT_SEE)
def waiver_list() -> ResponseReturnValue:
    """The register of waivers."""
    return render_template(
        "programme/waivers.html",
        paging=paginate(waivers.register(current_user, **arguments(FILTERS))),
        states=WaiverState.choices(),
        kinds=WaiverKind.choices(),
        years=[(each.year, each.year) for each in queries.programmes(current_user)],
    )


@blueprint.get("/waivers.xlsx")
@allow(Permission.AUDIT_SEE)
def waiver_export() -> ResponseReturnValue:
    """The register as a workbook, as filtered."""
    rows = list(db.session.scalars(waivers.register(current_user, **arguments(FILTERS))))
    with force_locale(LOCALES[short()]):
        return replies.workbook(exports_team.waivers(rows), "waivers")


@blueprint.route("/audits/<int:id>/waivers/new", methods=["GET", "POST"])
@allow(Permission.AUDIT_PLAN)
def waiver_new(id: int) -> ResponseReturnValue:
    """Ask for a waiver; ``?person=`` and ``?kind=`` fill it in, ``?next=`` leads back to the team."""
    audit = queries.get(id, to=current_user)
    given = {"person": number("person", 0) or None, "kind": request.args.get("kind")}
    form = forms_team.WaiverForm(data=given if request.method == "GET" else None).offer()
    if form.validate_on_submit():
        facts = form.values()
        person, kind = accounts.one(Person, facts.pop("person")), WaiverKind(facts.pop("kind"))
        made = refused_or(form, waivers.ask, audit, person, kind, **facts, by=replies.me())
        if made:
            return replies.saved(safe_next(request.args.get("next"), url_for(".waiver", id=made.id)))
    chosen = db.session.get(Person, form.person.data) if form.person.data else None
    reasons = [each for kind in WaiverKind for each in waivers.needed(audit, chosen, kind)] if chosen else []
    return replies.page("programme/waiver_new.html", form, audit=audit, reasons=reasons)


@blueprint.get("/waivers/<int:id>")
@allow(Permission.AUDIT_SEE)
def waiver(id: int) -> ResponseReturnValue:
    """One waiver: what it covers, who asked, who approved."""
    found = waivers.get(id, to=current_user)
    return render_template(
        "programme/waiver.html",
        waiver=found,
        may_approve=found.state is WaiverState.ASKED and waivers.may_approve(current_user, found.person),
        may_withdraw=found.state is not WaiverState.WITHDRAWN
        and found.audit.state in waivers.OPEN
        and _decides(),
        files=evidence.of(found),
        may_attach=evidence.may_attach(found, current_user),
        history=trail.history(found),
    )


@blueprint.post("/waivers/<int:id>/approve")
@allow(Permission.AUDIT_PLAN, Permission.PROGRAMME_APPROVE)
def waiver_approve(id: int) -> ResponseReturnValue:
    """Approve in one's own name."""
    waivers.approve_waiver(waivers.get(id, to=current_user), by=replies.me())
    return replies.saved(url_for(".waiver", id=id))


@blueprint.route("/waivers/<int:id>/withdraw", methods=["GET", "POST"])
@allow(Permission.AUDIT_PLAN, Permission.PROGRAMME_APPROVE)
def waiver_withdraw(id: int) -> ResponseReturnValue:
    """Decline what was asked, or take back what was approved."""
    found, form = waivers.get(id, to=current_user), forms_team.WithdrawalForm()
    if form.validate_on_submit() and refused_or(
        form, waivers.withdraw_waiver, found, form.reason.data, by=replies.me()
    ):
        return replies.saved(url_for(".waiver", id=id))
    return replies.page("programme/waiver_withdraw.html", form, waiver=found)


@blueprint.get("/workload")
@allow(*WORKLOAD)
def workload_now() -> ResponseReturnValue:
    """The workload of this year's programme, or of the newest."""
    found = queries.programmes(current_user)
    if not found:
        return redirect(url_for(".index"))
    years = [each.year for each in found]
    return redirect(url_for(".workload_page", year=today().year if today().year in years else years[0]))


@blueprint.get("/<int:year>/workload")
@allow(*WORKLOAD)
def workload_page(year: int) -> ResponseReturnValue:
    """Audits and days per auditor and month of a year."""
    programmes = queries.programmes(current_user)
    return render_template(
        "programme/workload.html",
        load=_workload(year),
        programmes=programmes,
        years=[
            (each.year, url_for(".workload_page", year=each.year), each.year == year, None)
            for each in programmes
        ],
        months=[format_date(date(year, month, 1), "LLL") for month in range(1, 13)],
    )


@blueprint.get("/<int:year>/workload.xlsx")
@allow(*WORKLOAD)
def workload_export(year: int) -> ResponseReturnValue:
    """The same as a workbook."""
    with force_locale(LOCALES[short()]):
        return replies.workbook(exports_team.workload(_workload(year)), f"workload-{year}")


def _workload(year: int) -> Workload:
    programme = queries.programme_of(year, to=current_user)
    query = queries.visible_to(current_user).where(Audit.programme_id == programme.id)
    query = query.options(
        selectinload(Audit.lead), selectinload(Audit.members).joinedload(TeamMember.person), _agendas()
    ).order_by(Audit.starts_on, Audit.id)
    return workload(db.session.scalars(query), year, competence.auditors())


def _agendas() -> Any:
    """Agendas with their seats, named through the relationship: that floor lies above."""
    plan = Audit.plan.property.mapper.class_
    slot = plan.slots.property.mapper.class_
    seat = slot.seats.property.mapper.class_
    return (
        selectinload(Audit.plan).selectinload(plan.slots).selectinload(slot.seats).selectinload(seat.person)
    )


def _decides() -> bool:
    return current_user.may(Permission.AUDIT_PLAN) or current_user.may(Permission.PROGRAMME_APPROVE)
