"""Repeats over HTTP: proposals while one writes, links made and taken back by hand, the policy."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import IntegerField
from wtforms.validators import NumberRange

from audit_app.accounts.permissions import Permission
from audit_app.core.errors import NotVisible
from audit_app.findings import queries, repeat_screens, repeat_services, repeats
from audit_app.findings.blueprint import blueprint
from audit_app.findings.repeat_models import FindingRepeat
from audit_app.web.access import allow
from audit_app.web.forms import BaseForm, long_text, refused_or, required, text


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


class LinkForm(BaseForm):
    """Which earlier finding, and why it is the same fault."""

    number = text(
        _l("Number of the earlier finding"), need=True, longest=40,
        description=_l("As it stands in the register, such as NC-2026-003."),
    )  # fmt: skip
    reason = long_text(
        _l("Why it is the same fault"), need=True, longest=2000, rows=3,
        description=_l("For example: other words, but the same cause was found."),
    )  # fmt: skip


class TakeBackForm(BaseForm):
    """Why a link was wrong."""

    reason = long_text(_l("Why it is not the same fault"), need=True, longest=2000, rows=3)


@blueprint.get("/repeats")
@allow(Permission.FINDING_RAISE)
def proposals() -> ResponseReturnValue:
    """Earlier findings like the one being written: a part of its form."""
    return render_template("findings/_proposed.html", **repeat_screens.asked(current_user))


@blueprint.route("/<int:id>/repeats/link", methods=["GET", "POST"])
@allow(Permission.FINDING_RAISE, Permission.FINDING_ISSUE)
def link_repeat(id: int) -> ResponseReturnValue:
    """Link an earlier finding that was not proposed."""
    finding = queries.get(id, to=current_user)
    form = LinkForm()
    if form.validate_on_submit() and refused_or(
        form, repeat_services.link_by_hand, finding, **form.values(), by=current_user
    ):
        flash(_("Linked as a repeat."), "success")
        return redirect(url_for("findings.show", id=id) + "#repeats", 303)
    return _page(form, id)


@blueprint.route("/<int:id>/repeats/<int:earlier>/take-back", methods=["GET", "POST"])
@allow(Permission.FINDING_RAISE, Permission.FINDING_ISSUE)
def take_back_repeat(id: int, earlier: int) -> ResponseReturnValue:
    """Take a wrong link back."""
    link = _link(id, earlier)
    form = TakeBackForm()
    if form.validate_on_submit() and refused_or(form, _taken_back, link, form.reason.data):
        flash(_("Taken back. The trail keeps that it was linked."), "success")
        return redirect(url_for("findings.show", id=id), 303)
    return _page(form, id, _link(id, earlier))


def _taken_back(link: FindingRepeat, reason: str) -> bool:
    repeat_services.take_back(link, reason=reason, by=current_user)
    return True


def _link(id: int, earlier: int) -> FindingRepeat:
    """The link from one visible finding to another. Raises NotVisible."""
    links = repeats.links_of(queries.get(id, to=current_user), to=current_user)
    found = next((each for each in links if each.earlier_id == earlier), None)
    if found is None:
        raise NotVisible
    return found


def _page(form: BaseForm, id: int, link: FindingRepeat | None = None) -> ResponseReturnValue:
    finding = queries.get(id, to=current_user)
    page = render_template(
        "findings/repeat_link.html", form=form, finding=finding, link=link,
        refusal=repeat_services.why_not_link(finding, current_user),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


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
