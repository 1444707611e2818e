"""A person's notices and choices, and the page on which an administrator sees what became of mails."""

from itertools import groupby
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.core.clock import local
from audit_app.core.db import db
from audit_app.home import landing
from audit_app.home.blueprint import blueprint
from audit_app.notifications import kinds, outbox, queries, services, words
from audit_app.notifications.forms import ChoiceForm
from audit_app.notifications.hours import Quiet
from audit_app.notifications.models import MailState, Notice
from audit_app.web.access import allow, signed_in
from audit_app.web.forms import refused_or
from audit_app.web.pages import arguments, paginate, safe_next


@blueprint.get("/notices")
@signed_in
def notices() -> ResponseReturnValue:
    """What I was told, by day: the same list as in my mails."""
    every = request.args.get("show") == "all"
    page = paginate(queries.of(current_user, unread=not every))
    to = landing.paths(page)
    days = [
        (day, [_shown(each, to[each.id]) for each in those])
        for day, those in groupby(page, key=lambda each: local(each.queued_at).date())
    ]
    return render_template(
        "home/notices.html", days=days, paging=page, every=every, unread=queries.count_unread(current_user)
    )


def _shown(notice: Notice, path: str) -> dict[str, Any]:
    title, body = words.render(notice.kind, notice.facts)
    return {"notice": notice, "title": title, "body": body, "path": path, "kind": kinds.of(notice.kind)}


@blueprint.post("/notices/<int:id>/read")
@signed_in
def read(id: int) -> ResponseReturnValue:
    """Tick a notice off."""
    services.mark_read(queries.get(id, to=current_user))
    return redirect(_back(), 303)


@blueprint.post("/notices/read")
@signed_in
def read_all() -> ResponseReturnValue:
    """Tick off everything that is unread."""
    services.mark_all_read(current_user)
    return redirect(_back(), 303)


def _back() -> str:
    return safe_next(request.form.get("next"), url_for("home.index"))


@blueprint.route("/notices/settings", methods=["GET", "POST"])
@signed_in
def notice_choices() -> ResponseReturnValue:
    """When I am written to, and which news I do without."""
    settings = current_app.config["SETTINGS"]
    me: Any = current_user._get_current_object()
    stored = services.choice_of(me)
    form = ChoiceForm().offer(stored, Quiet.parse(settings.quiet_hours), settings.digest_hour)
    if form.validate_on_submit() and refused_or(form, _chosen, me, form):
        flash(_("Saved."), "success")
        return redirect(url_for(".notice_choices"), 303)
    page = render_template(
        "home/notice_choices.html", form=form, quiet=settings.quiet_hours, mail=bool(settings.smtp_url)
    )
    return page, 422 if form.is_submitted() else 200


def _chosen(me: Any, form: ChoiceForm) -> bool:
    services.choose(me, **form.facts(), by=me)
    return True


@blueprint.get("/mail")
@allow(Permission.PEOPLE_MANAGE)
def mail() -> ResponseReturnValue:
    """Mails that wait, that were sent, and that could not be delivered, with the reason."""
    given = arguments(("state", "q"))
    return render_template(
        "home/mail.html",
        paging=paginate(queries.mails(current_user, **given)),
        given=given,
        counts=queries.mails_by_state(),
        unpacked=queries.unpacked(),
        states=MailState,
        gathered=services.last_gathered(),
        settings=current_app.config["SETTINGS"],
    )


@blueprint.post("/mail/<int:id>/resend")
@allow(Permission.PEOPLE_MANAGE)
def mail_resend(id: int) -> ResponseReturnValue:
    """Try a mail again that was not delivered."""
    outbox.resend(queries.mail(id, to=current_user), by=current_user)
    flash(_("The mail waits and is tried at the next run."), "success")
    return redirect(url_for(".mail"), 303)


@blueprint.post("/mail/resend")
@allow(Permission.PEOPLE_MANAGE)
def mail_resend_all() -> ResponseReturnValue:
    """Try all mails again that were not delivered."""
    parked = list(db.session.scalars(queries.mails(current_user, state=MailState.FAILED.value)))
    for each in parked:
        outbox.resend(each, by=current_user)
    flash(_("%(count)d mails wait and are tried at the next run.", count=len(parked)), "success")
    return redirect(url_for(".mail"), 303)
