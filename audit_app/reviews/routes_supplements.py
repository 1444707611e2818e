"""Supplements over HTTP: write, read, withdraw, issue with the sign-in repeated."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission as P
from audit_app.exports.names import download_name
from audit_app.reviews import exports, forms, queries, routes_signing, screens, sealing, signing, supplements
from audit_app.reviews.blueprint import SEE, blueprint, form_page, language
from audit_app.reviews.supplement_models import ReviewSupplement, SupplementState
from audit_app.reviews.workflow import SUPPLEMENT
from audit_app.web import downloads
from audit_app.web.access import allow
from audit_app.web.forms import refused_or


@blueprint.route("/<int:id>/supplements/new", methods=["GET", "POST"])
@allow(P.REVIEW_PREPARE)
def new_supplement(id: int) -> ResponseReturnValue:
    """Write the next supplement to an approved review."""
    review = queries.get(id, to=current_user)
    if not review.frozen:
        abort(403)
    form = forms.SupplementForm().offer(review)
    if form.validate_on_submit():
        made = refused_or(form, supplements.write, review, **form.facts(), by=_me())
        if made is not None:
            flash(
                _("%(code)s is written and waits for top management to issue it.", code=made.code), "success"
            )
            return redirect(url_for("reviews.supplement", id=made.id))
    return form_page("supplement_edit", form, review=queries.get(id, to=current_user), row=None)


@blueprint.get("/supplements/<int:id>")
@allow(*SEE)
def supplement(id: int) -> ResponseReturnValue:
    """A supplement: what it corrects, why, and who issued it."""
    row = supplements.get(id, to=current_user)
    return render_template("reviews/supplement.html", **screens.supplement_page(row, current_user))


@blueprint.route("/supplements/<int:id>/edit", methods=["GET", "POST"])
@allow(P.REVIEW_PREPARE)
def edit_supplement(id: int) -> ResponseReturnValue:
    """Word a supplement better until it is issued."""
    row = _written(id)
    form = forms.SupplementForm().offer(row.review, row)
    form.show_version(row)
    if (
        form.validate_on_submit()
        and form.check_fresh(row)
        and refused_or(form, supplements.edit, row, **form.facts(), by=_me())
    ):
        flash(_("Saved."), "success")
        return redirect(url_for("reviews.supplement", id=id))
    row = supplements.get(id, to=current_user)
    return form_page("supplement_edit", form, review=row.review, row=row)


@blueprint.route("/supplements/<int:id>/issue", methods=["GET", "POST"])
@allow(P.REVIEW_APPROVE)
def issue_supplement(id: int) -> ResponseReturnValue:
    """Issue a supplement: what is signed, and the password once more."""
    row, form = _written(id), forms.SignForm()
    if form.validate_on_submit() and routes_signing.confirmed(form) and refused_or(form, _issue, row):
        flash(_("Issued and frozen."), "success")
        return redirect(url_for("reviews.supplement", id=id))
    row = supplements.get(id, to=current_user)
    told: dict[str, Any] = {
        "row": row,
        "step": SUPPLEMENT.by_name["issue"],
        "corrects": screens.words_of(row),
        "meaning": signing.meaning_of(row.review, current_user),
    }
    return form_page("supplement_issue", form, **told, **routes_signing.certificate())


@blueprint.route("/supplements/<int:id>/withdraw", methods=["GET", "POST"])
@allow(P.REVIEW_PREPARE)
def withdraw_supplement(id: int) -> ResponseReturnValue:
    """Take back a supplement that waits, with the reason."""
    row, form = _written(id), forms.WithdrawForm()
    if form.validate_on_submit() and refused_or(form, supplements.withdraw, row, **form.values(), by=_me()):
        flash(_("Withdrawn. The next supplement may be written."), "success")
        return redirect(url_for("reviews.supplement", id=id))
    row = supplements.get(id, to=current_user)
    told = {"row": row, "step": SUPPLEMENT.by_name["withdraw"], "corrects": screens.words_of(row)}
    return form_page("supplement_withdraw", form, **told)


@blueprint.get("/supplements/<int:id>/file.pdf")
@allow(*SEE)
def supplement_file(id: int) -> ResponseReturnValue:
    """The kept PDF of an issued supplement; ``?lang=`` chooses."""
    row, asked = supplements.get(id, to=current_user), language()
    kept = supplements.file(row, asked, "pdf")
    if kept is None:
        abort(404)
    name = download_name(f"{row.code} {asked}", "pdf")
    return downloads.send(kept.content, name, downloads.PDF, inline=True)


def _issue(row: ReviewSupplement) -> ReviewSupplement:
    return supplements.issue(
        row, exports.supplement_files, asked_again=True, sealing=sealing.sealing(), by=_me()
    )


def _written(id: int) -> ReviewSupplement:
    """A supplement that can still be changed; one that is issued or withdrawn cannot, by anybody."""
    row = supplements.get(id, to=current_user)
    if row.state is not SupplementState.WRITTEN:
        abort(403)
    return row


def _me() -> Any:
    """The person behind the proxy: a relationship takes no proxy."""
    return current_user._get_current_object()
