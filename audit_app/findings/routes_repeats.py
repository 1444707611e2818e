"""Repeats over HTTP: proposals while one writes, and what counts as a repeat here."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import IntegerField
from wtforms.validators import NumberRange

from audit_app.accounts.permissions import Permission
from audit_app.findings import repeat_screens, repeat_services, repeats
from audit_app.findings.blueprint import blueprint
from audit_app.web.access import allow
from audit_app.web.forms import BaseForm, refused_or, required


class PolicyForm(BaseForm):
    """What counts as a repeat."""

    months = IntegerField(
        _l("Months looked back"), validators=[required(), NumberRange(1, 120)],
        description=_l("A fault that comes back within this time is a repeat. Usual: 12."),
    )  # fmt: skip
    likeness = IntegerField(
        _l("Likeness of the wording"), validators=[required(), NumberRange(20, 100)],
        description=_l("In percent. Lower finds more and asks more often in vain; 50 was measured."),
    )  # fmt: skip
    minors = IntegerField(
        _l("Minors that add up to a major"), validators=[required(), NumberRange(2, 20)],
        description=_l("As many minor nonconformities on one requirement speak for a major."),
    )  # fmt: skip


@blueprint.get("/repeats")
@allow(Permission.FINDING_RAISE)
def proposals() -> ResponseReturnValue:
    """Earlier findings like the one being written: a part of its form."""
    return render_template("findings/_proposed.html", **repeat_screens.asked(current_user))


@blueprint.route("/repeats/policy", methods=["GET", "POST"])
@allow(Permission.ORGANISATION_MANAGE)
def repeat_policy() -> ResponseReturnValue:
    """Decide what counts as a repeat."""
    rule = repeats.policy()
    form = PolicyForm(obj=rule)
    form.show_version(rule)
    if form.validate_on_submit() and form.check_fresh(rule):
        facts = {name: form[name].data for name in ("months", "likeness", "minors")}
        if refused_or(form, repeat_services.set_policy, **facts, by=current_user):
            flash(_("Saved."), "success")
            return redirect(url_for("findings.index"))
    return render_template("findings/repeat_policy.html", form=form), 422 if form.is_submitted() else 200
