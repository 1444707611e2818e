"""What weighs, the proposals, their adjustment, and turning them into audits."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts import replies
from audit_app.accounts.language import LOCALES, short
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.planning import exports, forms, phrases, queries, rights, rules, services
from audit_app.planning.blueprint import blueprint
from audit_app.planning.models import Proposal, ProposalState
from audit_app.programme import leads
from audit_app.trail import queries as trail
from audit_app.web.access import allow
from audit_app.web.forms import refused_or


@blueprint.get("/proposals")
@allow(Permission.PROGRAMME_SEE)
def proposals() -> ResponseReturnValue:
    """The proposals and what weighs in them."""
    rights.only_who_sees_every_audit()
    return render_template(
        "planning/proposals.html", proposals=queries.proposals(current_user),
        notes=queries.notes(current_user),
        rules=rules,
    )  # fmt: skip


@blueprint.route("/proposals/new", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT)
def propose() -> ResponseReturnValue:
    """Have a programme proposed."""
    form = forms.ProposeForm(
        data={"first_year": today().year + 1, "years": 1} if request.method == "GET" else None
    )
    if form.validate_on_submit():
        made = refused_or(form, services.propose, **form.values(), by=replies.me())
        if made:
            return replies.saved(url_for(".proposal", id=made.id))
    return replies.page("planning/propose.html", form)


@blueprint.get("/proposals/<int:id>")
@allow(Permission.PROGRAMME_SEE)
def proposal(id: int) -> ResponseReturnValue:
    """One proposal: each process with frequency, months, effort and the reasons."""
    rights.only_who_sees_every_audit()
    found = queries.get(id, to=current_user)
    return render_template(
        "planning/proposal.html", proposal=found, phrases=phrases, form=forms.PlanForm(),
        may_change=_may_change(found), audits=sum(len(line.months) for line in found.lines),
        years=range(found.first_year, found.last_year + 1), history=trail.history(found),
        days=sum(len(line.months) * line.days for line in found.lines), waiting=leads.waiting(found.audits),
    )  # fmt: skip


def _may_change(found: Proposal) -> bool:
    return found.state is ProposalState.OPEN and current_user.may(Permission.PROGRAMME_EDIT)


@blueprint.get("/proposals/<int:id>.xlsx")
@allow(Permission.PROGRAMME_SEE)
def proposal_export(id: int) -> ResponseReturnValue:
    """A proposal as a workbook; ``?lang=`` chooses its language."""
    rights.only_who_sees_every_audit()
    found = queries.get(id, to=current_user)
    with force_locale(LOCALES[short()]):
        return replies.workbook(exports.proposal(found), f"proposal-{found.first_year}")


@blueprint.route("/proposals/lines/<int:id>", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT)
def line(id: int) -> ResponseReturnValue:
    """Adjust one line; the reason is kept."""
    found = queries.get_line(id, to=current_user)
    data = {"months": found.months, "days": found.days} if request.method == "GET" else None
    form = forms.LineForm(data=data).offer(found)
    form.show_version(found)
    fresh = form.validate_on_submit() and form.check_fresh(found)
    if fresh and refused_or(form, services.adjust, found, **form.facts(), by=replies.me()):
        return replies.saved(url_for(".proposal", id=found.proposal_id) + f"#line-{found.id}")
    return replies.page("planning/line.html", form, line=found, phrases=phrases)


@blueprint.post("/proposals/<int:id>/plan")
@allow(Permission.PROGRAMME_EDIT)
def plan(id: int) -> ResponseReturnValue:
    """Turn a proposal into planned audits."""
    found, form = queries.get(id, to=current_user), forms.PlanForm()
    services.plan_audits(found, bool(form.propose_leads.data), by=replies.me())
    return replies.saved(url_for(".proposal", id=id))


@blueprint.post("/proposals/<int:id>/leads", endpoint="leads")
@allow(Permission.AUDIT_PLAN)
def leads_again(id: int) -> ResponseReturnValue:
    """Propose lead auditors for the audits that have none."""
    found = services.propose_leads(queries.get(id, to=current_user), by=replies.me())
    if found:
        flash(ngettext("%(num)s audit got a lead auditor.", "%(num)s audits got a lead auditor.", len(found)),
              "success")  # fmt: skip
    else:
        flash(_("No further lead auditor could be proposed; the reasons stand at each audit."), "warning")
    return redirect(url_for(".proposal", id=id), 303)


@blueprint.post("/proposals/<int:id>/discard")
@allow(Permission.PROGRAMME_EDIT)
def discard(id: int) -> ResponseReturnValue:
    """Put a proposal aside."""
    services.discard(queries.get(id, to=current_user), by=replies.me())
    return replies.saved(url_for(".proposals"))


@blueprint.route("/weights/new", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_EDIT)
def note() -> ResponseReturnValue:
    """Tell what changed in a process, or who demands that it be audited."""
    form = forms.NoteForm(data=forms.new_note() if request.method == "GET" else None).offer()
    if form.validate_on_submit() and refused_or(form, services.add_note, **form.facts(), by=replies.me()):
        return replies.saved(url_for(".proposals") + "#weights")
    return replies.page("planning/note.html", form)


@blueprint.post("/weights/<int:id>/end")
@allow(Permission.PROGRAMME_EDIT)
def note_end(id: int) -> ResponseReturnValue:
    """Say that a change or demand no longer holds."""
    services.end_note(queries.get_note(id, to=current_user), by=replies.me())
    return redirect(url_for(".proposals") + "#weights", 303)
