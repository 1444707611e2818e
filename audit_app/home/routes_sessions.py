"""Where somebody is signed in, with which tablets and calendars: one's own page and an administrator's."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from audit_app.accounts import queries as accounts
from audit_app.accounts import replies, sessions
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.agenda import queries as agenda
from audit_app.checklists import devices
from audit_app.core.clock import now
from audit_app.home.blueprint import blueprint
from audit_app.web.access import allow, signed_in


@blueprint.get("/devices")
@signed_in
def my_devices() -> ResponseReturnValue:
    """Where I am signed in."""
    return _page(replies.me())


@blueprint.post("/devices/<int:id>/end")
@signed_in
def session_end(id: int) -> ResponseReturnValue:
    """End one of my own sessions."""
    return _end(replies.me(), id, url_for(".my_devices"))


@blueprint.post("/devices/end")
@signed_in
def sessions_end() -> ResponseReturnValue:
    """End my sessions on all other devices."""
    return _end_others(replies.me(), url_for(".my_devices"))


@blueprint.get("/people/<int:person_id>/devices")
@allow(Permission.PEOPLE_MANAGE)
def person_devices(person_id: int) -> ResponseReturnValue:
    """Where a person is signed in, for who manages people."""
    return _page(accounts.get(person_id, to=replies.me()))


@blueprint.post("/people/<int:person_id>/devices/<int:id>/end")
@allow(Permission.PEOPLE_MANAGE)
def person_session_end(person_id: int, id: int) -> ResponseReturnValue:
    """End one session of a person."""
    person = accounts.get(person_id, to=replies.me())
    return _end(person, id, url_for(".person_devices", person_id=person_id))


@blueprint.post("/people/<int:person_id>/devices/end")
@allow(Permission.PEOPLE_MANAGE)
def person_sessions_end(person_id: int) -> ResponseReturnValue:
    """End all sessions of a person."""
    person = accounts.get(person_id, to=replies.me())
    return _end_others(person, url_for(".person_devices", person_id=person_id))


def _page(person: Person) -> ResponseReturnValue:
    mine = person.id == replies.me().id
    rows, here = sessions.open_of(person), sessions.present_id()
    return render_template(
        "home/devices.html",
        person=person,
        mine=mine,
        rows=sorted(rows, key=lambda row: row.id != here),
        here=here,
        ends=sessions.ends,
        others=[row for row in rows if row.id != here],
        tablets=devices.with_tickets(person, to=replies.me()),
        feed=agenda.feed_of(person),
        moment=now(),
    )


def _end(person: Person, id: int, back: str) -> Any:
    sessions.end(sessions.get(id, to=replies.me(), of=person), by=replies.me())
    flash(_("The session has ended. Whoever uses that device must sign in again."), "success")
    return redirect(back, 303)


def _end_others(person: Person, back: str) -> Any:
    count = sessions.end_others(person, by=replies.me())
    flash(ngettext("%(num)s session has ended.", "%(num)s sessions have ended.", count), "success")
    return redirect(back, 303)
