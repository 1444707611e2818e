"""The page of the periods."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from audit_app.accounts import replies
from audit_app.accounts.permissions import Permission
from audit_app.retention import forms, queries, services
from audit_app.retention.rules import KEPT
from audit_app.web.access import allow
from audit_app.web.forms import refused_or

blueprint = Blueprint("retention", __name__, url_prefix="/organisation/retention")


@blueprint.get("/")
@allow(Permission.ORGANISATION_MANAGE)
def index() -> ResponseReturnValue:
    """How long what is kept, and what is due."""
    periods = queries.periods()
    people = next(each for each in periods if each.rule.key == "people")
    return render_template("retention/index.html", periods=periods, kept=KEPT, people=queries.people(people))


@blueprint.route("/<key>", methods=["GET", "POST"])
@allow(Permission.ORGANISATION_MANAGE)
def edit(key: str) -> ResponseReturnValue:
    """Choose a period."""
    found = queries.period(key)
    form = forms.PeriodForm(data={"days": found.days})
    if form.validate_on_submit() and refused_or(form, services.choose, key, form.days.data, by=replies.me()):
        return replies.saved(url_for(".index"))
    return replies.page("retention/edit.html", form, period=found)
