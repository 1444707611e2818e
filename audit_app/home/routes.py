"""My work, dashboard, search, notices, trail: only composes the other domains' queries."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.exports import chart_json
from audit_app.home import dashboard as board
from audit_app.home import search as finder
from audit_app.home import work
from audit_app.notifications import queries as notices
from audit_app.notifications import services as notifications
from audit_app.notifications import words
from audit_app.trail import queries as trail
from audit_app.trail.models import TrailEntry
from audit_app.web.access import allow, public, signed_in
from audit_app.web.kept import kept
from audit_app.web.pages import arguments, paginate

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """What is due, late or waiting for me."""
    unread = [
        (notice, words.render(notice.kind, notice.facts)[0]) for notice in notices.unread(current_user, 10)
    ]
    return render_template("home/index.html", piles=work.piles(current_user), notices=unread)


@blueprint.get("/dashboard")
@allow(Permission.PROGRAMME_SEE)
@kept
def dashboard() -> ResponseReturnValue:
    """The programme, the findings and the indicators at a glance; each figure opens its rows."""
    made = board.compile_for(current_user)
    return render_template(
        "home/dashboard.html",
        board=made,
        flow=chart_json.option(made.flow),
        flow_rows=[row[:3] for row in board.months_with_rows(made.findings)],
        grades=board.OPEN_GRADES,
    )


@blueprint.get("/search")
@signed_in
def search() -> ResponseReturnValue:
    """Everything I may see that contains the words."""
    q = request.args.get("q", "").strip()[:200]
    return render_template(
        "home/search.html", q=q, hits=finder.search(q, current_user), shortest=finder.SHORTEST
    )


@blueprint.post("/notices/<int:id>/read")
@signed_in
def read(id: int) -> ResponseReturnValue:
    """Tick a notice off."""
    notifications.mark_read(notices.get(id, to=current_user))
    return redirect(url_for("home.index"), 303)


@blueprint.post("/notices/read")
@signed_in
def read_all() -> ResponseReturnValue:
    """Tick off everything that is unread."""
    for notice in notices.unread(current_user, 1000):
        notifications.mark_read(notice)
    return redirect(url_for("home.index"), 303)


@blueprint.get("/trail")
@allow(Permission.TRAIL_SEE)
def trail_index() -> ResponseReturnValue:
    """Who did what, newest first."""
    page = paginate(trail.entries(**arguments(("actor", "action", "subject_type"))))
    return render_template("home/trail.html", page=page, address=_address)


def _address(entry: TrailEntry) -> str | None:
    """Where the subject of a line is shown; None for what has no page of its own."""
    subject = current_app.extensions["subjects"].get(entry.subject_type)
    return (
        url_for(subject.endpoint, id=entry.subject_id) if subject and entry.subject_id.isdecimal() else None
    )


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Whether the process answers (it says nothing about anybody)."""
    return "ok", 200, {"Content-Type": "text/plain"}
