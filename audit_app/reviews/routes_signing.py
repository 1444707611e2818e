"""Signing a pack over HTTP: the approval, further signatures, each with the sign-in repeated."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts import confirming
from audit_app.accounts.permissions import Permission as P
from audit_app.core.errors import Refused
from audit_app.reviews import exports, forms, forms_after, queries, sealing, services, signing
from audit_app.reviews.blueprint import blueprint
from audit_app.reviews.models import Review
from audit_app.reviews.workflow import REVIEW
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.transactions import keep_anyway


def approve(review: Review) -> ResponseReturnValue:
    """The step that freezes: what is signed, under which meaning, and the password once more."""
    form, id, step = forms_after.ApproveForm(), review.id, REVIEW.by_name["approve"]
    form.fill(review)
    if form.validate_on_submit() and confirmed(form) and refused_or(form, _approve, review, form):
        flash(_("%(code)s is approved and signed.", code=review.code), "success")
        return redirect(url_for("reviews.show", id=id))
    review = queries.get(id, to=current_user)
    meaning = signing.meaning_of(review, current_user)
    early = REVIEW.out_of_turn(step, review)
    missing = REVIEW.missing(step, review, current_user) if early is None else [early]
    told: dict[str, Any] = {"review": review, "step": step, "meaning": meaning, "missing": missing}
    return _page("approve", form, **told, **certificate())


def _approve(review: Review, form: forms_after.ApproveForm) -> Review:
    return services.approve(
        review,
        exports.kept_files,
        asked_again=True,
        sealing=sealing.sealing(),
        next_review_on=form.next_review_on.data,
        by=_me(),
    )


@blueprint.route("/<int:id>/sign", methods=["GET", "POST"])
@allow(P.REVIEW_SEE, P.REVIEW_CONTRIBUTE)
def sign(id: int) -> ResponseReturnValue:
    """A further signature under an approved pack."""
    review = queries.get(id, to=current_user)
    meaning = signing.may_sign(review, current_user)
    if meaning is None:
        abort(403)
    form = forms.SignForm()
    if (
        form.validate_on_submit()
        and confirmed(form)
        and refused_or(form, signing.cosign, review, asked_again=True, by=_me())
    ):
        flash(_("Signed: %(meaning)s", meaning=meaning.label), "success")
        return redirect(url_for("reviews.show", id=id, _anchor="signatures"))
    review = queries.get(id, to=current_user)
    return _page("sign", form, review=review, meaning=meaning, frozen=queries.frozen_pack(review))


def confirmed(form: forms.SignForm) -> bool:
    """Whether the password is right; the wrong try is kept in the trail although the reply is a refusal."""
    words = confirming.refuses(_me(), form.password.data or "")
    if words is None:
        return True
    form.add_refusal(Refused(words, "password"))
    keep_anyway()
    return False


def certificate() -> dict[str, Any]:
    """The certificate that will sign the PDFs, or why it cannot."""
    try:
        return {"sealing": sealing.sealing(), "trouble": None}
    except Refused as refused:
        return {"sealing": None, "trouble": str(refused)}


def _me() -> Any:
    """The person behind the proxy: a relationship takes no proxy."""
    return current_user._get_current_object()


def _page(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    return render_template(
        f"reviews/{template}.html", form=form, **context
    ), 422 if form.is_submitted() else 200
