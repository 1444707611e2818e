"""My work, dashboard, search, trail: only composes the other domains' queries."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from audit_app.web.access import signed_in

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """What is due, late or waiting for me."""
    return render_template("home/index.html")


@blueprint.get("/search")
@signed_in
def search() -> ResponseReturnValue:
    """Everything I may see that contains the words."""
    return render_template("home/index.html")
