"""Being away over HTTP: the list, a new absence, the end of one. Handing on is a step of its action."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audit_app.accounts import replies
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.findings import cover_services, handover
from audit_app.findings.blueprint import blueprint
from audit_app.findings.cover_forms import AbsenceForm
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.pages import paginate

MAY = (Permission.ACTION_DO, Permission.PEOPLE_MANAGE)


@blueprint.get("/absences")
@allow(*MAY)
def absences() -> ResponseReturnValue:
    """Who is away when, and who stands in."""
    me = replies.me()
    return render_template(
        "findings/absences.html",
        absences=paginate(cover_services.absences_of(me)),
        may_end={"all": handover.may_hand_over(me), "mine": me.id},
        day=today(),
    )


@blueprint.route("/absences/new", methods=["GET", "POST"])
@allow(*MAY)
def absence_new() -> ResponseReturnValue:
    """Record an absence."""
    me = replies.me()
    form = AbsenceForm().offer(me, handover.may_hand_over(me))
    if form.validate_on_submit():
        facts = form.facts()
        made = refused_or(form, cover_services.record_absence, facts.pop("person"), **facts, by=me)
        if made is not None:
            flash(_("%(name)s stands in and is told.", name=made.deputy.name), "success")
            return redirect(url_for("findings.absences"), 303)
    return replies.page("findings/absence_new.html", form)


@blueprint.post("/absences/<int:id>/end")
@allow(*MAY)
def absence_end(id: int) -> ResponseReturnValue:
    """End an absence before its time."""
    found = cover_services.get_absence(id, to=replies.me())
    cover_services.end_absence(found, by=replies.me())
    flash(_("The absence is ended; %(name)s is told.", name=found.deputy.name), "success")
    return redirect(url_for("findings.absences"), 303)
