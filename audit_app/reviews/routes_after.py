"""After a review over HTTP: the distribution list, the minutes, the next review."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission as P
from audit_app.core.errors import NotVisible
from audit_app.reviews import exports, following, forms_after, queries, sending
from audit_app.reviews.blueprint import SEE, blueprint, form_page, language
from audit_app.reviews.workflow import may_plan
from audit_app.web import downloads
from audit_app.web.access import allow
from audit_app.web.forms import refused_or


@blueprint.get("/<int:id>/distribution")
@allow(*SEE)
def distribution(id: int) -> ResponseReturnValue:
    """Who is on the list, when it went to them, who opened it."""
    review = queries.get(id, to=current_user)
    return render_template(
        "reviews/distribution.html",
        review=review,
        receipts=sending.receipts(review),
        may_plan=may_plan(review, current_user),
    )


@blueprint.route("/<int:id>/distribution/edit", methods=["GET", "POST"])
@allow(P.REVIEW_PREPARE)
def distribution_edit(id: int) -> ResponseReturnValue:
    """Change the list, until approval."""
    review = queries.get(id, to=current_user)
    if not may_plan(review, current_user):
        abort(403)
    form = forms_after.RecipientsForm()
    form.fill(review)
    if form.validate_on_submit() and refused_or(
        form, sending.set_recipients, review, form.chosen(), form.outside.data or "", by=current_user
    ):
        flash(_("Saved."), "success")
        return redirect(url_for("reviews.distribution", id=id))
    return form_page("distribution_edit", form, review=queries.get(id, to=current_user))


@blueprint.post("/<int:id>/distribution/<int:recipient>/handed-over")
@allow(P.REVIEW_PREPARE)
def handed_over(id: int, recipient: int) -> ResponseReturnValue:
    """Record that minutes and pack went to somebody outside."""
    review = queries.get(id, to=current_user)
    row = next((each for each in review.recipients if each.id == recipient), None)
    if row is None:
        raise NotVisible
    sending.handed_over(row, by=current_user._get_current_object())
    flash(_("Saved."), "success")
    return redirect(url_for("reviews.distribution", id=id))


@blueprint.get("/<int:id>/minutes.pdf")
@allow(*SEE)
def minutes(id: int) -> ResponseReturnValue:
    """The minutes as a document of their own."""
    review = queries.get(id, to=current_user)
    content = exports.minutes_of(review, language())
    name = exports.minutes_name(review, language())
    return downloads.send(content, name, downloads.PDF, inline=True)


@blueprint.post("/<int:id>/plan-next")
@allow(P.REVIEW_PREPARE)
def plan_next(id: int) -> ResponseReturnValue:
    """Plan the next review with the same people, on the day that was agreed."""
    made = following.plan_next(queries.get(id, to=current_user), by=current_user._get_current_object())
    flash(_("%(code)s is planned.", code=made.code), "success")
    return redirect(url_for("reviews.show", id=made.id))
