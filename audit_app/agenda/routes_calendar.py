"""Calendars: a person's own page, the feed (by its secret alone), and one audit as a file."""

from typing import Any

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission as P
from audit_app.agenda import calendar, feeds, queries
from audit_app.agenda.blueprint import blueprint
from audit_app.core.clock import now
from audit_app.programme import queries as programme
from audit_app.web import downloads
from audit_app.web.access import allow, by_ticket, signed_in

CALENDAR = "text/calendar; charset=utf-8"


@blueprint.get("/calendar")
@signed_in
def my_calendar() -> ResponseReturnValue:
    """My appointments in audits, and the feed for my own calendar."""
    return render_template(
        "agenda/calendar.html",
        slots=queries.appointments(current_user, since=now()),
        whole_days=queries.without_agenda(current_user, now()),
        feed=queries.feed_of(current_user),
        secret_url=None,
    )


@blueprint.post("/calendar/feed")
@signed_in
def feed_make() -> ResponseReturnValue:
    """A new secret address; it is shown in this reply and never again."""
    token = feeds.make(_me())
    url = _base_url() + url_for(".feed", token=token)
    page = render_template(
        "agenda/calendar.html",
        slots=queries.appointments(current_user, since=now()),
        whole_days=queries.without_agenda(current_user, now()),
        feed=queries.feed_of(current_user),
        secret_url=url,
    )
    reply = Response(page)
    reply.headers["Cache-Control"] = "no-store"
    return reply


@blueprint.post("/calendar/feed/revoke")
@signed_in
def feed_revoke() -> ResponseReturnValue:
    """The address stops working."""
    if feeds.revoke(_me()):
        flash(_("The address no longer works."), "success")
    return redirect(url_for(".my_calendar"), 303)


@blueprint.get("/calendar/<token>.ics")
@by_ticket
def feed(token: str) -> ResponseReturnValue:
    """The feed: whoever has the secret reads that person's appointments and due dates, and nothing else."""
    person = queries.feed_by(feeds.hashed(token)).person
    with calendar.in_language_of(person):
        name = _("Audits: %(name)s", name=person.name)
        text = calendar.text_of(calendar.feed_for(person, _base_url()), name=name)
    reply = Response(text, content_type=CALENDAR)
    reply.headers["Cache-Control"] = "private, no-store"
    reply.headers["Referrer-Policy"] = "no-referrer"
    return reply


@blueprint.get("/audits/<int:id>/plan.ics")
@allow(P.AUDIT_SEE)
def one_audit(id: int) -> ResponseReturnValue:
    """My appointments of one audit as a file."""
    audit = programme.get(id, to=current_user)
    text = calendar.text_of(calendar.events_for(_me(), _base_url(), audit), name=audit.code)
    return downloads.send(text.encode(), f"{audit.code}.ics", CALENDAR)


def _base_url() -> str:
    return str(current_app.config["SETTINGS"].base_url).rstrip("/")


def _me() -> Any:
    """The person behind the proxy: a relationship takes no proxy."""
    return current_user._get_current_object()
