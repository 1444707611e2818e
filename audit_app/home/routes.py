"""My work, dashboard, search, trail: only composes the other domains' queries."""

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.exports import chart_json
from audit_app.home import dashboard as board
from audit_app.home import landing, mine, routes_notices, routes_sessions, work
from audit_app.home import search as finder
from audit_app.home.blueprint import blueprint
from audit_app.home.steering import SHOWN
from audit_app.home.steering import compile_for as compile_steering
from audit_app.notifications import queries as notices
from audit_app.notifications import words
from audit_app.trail import queries as trail
from audit_app.trail.models import TrailEntry
from audit_app.web.access import allow, signed_in
from audit_app.web.kept import kept
from audit_app.web.pages import arguments, paginate

__all__ = ["VIEWS", "blueprint"]

VIEWS = (routes_notices, routes_sessions)
"""Modules whose views are on the blueprint too."""


@blueprint.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """What is due, late or waiting for me."""
    unread = notices.unread(current_user, 10)
    to = landing.paths(unread)
    news = [(each, words.render(each.kind, each.facts)[0], to[each.id]) for each in unread]
    return render_template("home/index.html", piles=work.piles(current_user), notices=news)


@blueprint.get("/my-actions")
@allow(Permission.ACTION_DO)
def my_actions() -> ResponseReturnValue:
    """What I owe on findings and actions, in one list."""
    return render_template("home/mine.html", owed=mine.of(current_user))


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


@blueprint.get("/dashboard/review")
@allow(Permission.REVIEW_SEE)
@kept
def steering() -> ResponseReturnValue:
    """Lights, signals, what needs a decision, and how far the next review is; each opens its rows."""
    return render_template("home/steering.html", board=compile_steering(current_user), shown=SHOWN)


@blueprint.get("/search")
@signed_in
def search() -> ResponseReturnValue:
    """Everything I may see that contains the words."""
    q = request.args.get("q", "").strip()[:200]
    return render_template(
        "home/search.html", q=q, hits=finder.search(q, current_user), shortest=finder.SHORTEST
    )


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
