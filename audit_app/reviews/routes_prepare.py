"""Preparing a review over HTTP: the calendar, who takes part, who is asked, what is still missing."""

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission as P
from audit_app.core import days
from audit_app.core.clock import today
from audit_app.reviews import forms_prepare as forms
from audit_app.reviews import gate as gates
from audit_app.reviews import queries, requests, screens_prepare, services, yearly
from audit_app.reviews.blueprint import SEE, blueprint, form_page
from audit_app.reviews.models import InputKey, Review
from audit_app.reviews.workflow import OPEN, may_plan, may_write
from audit_app.web.access import allow
from audit_app.web.forms import refused_or


@blueprint.get("/calendar")
@allow(*SEE)
def calendar() -> ResponseReturnValue:
    """The year of reviews: planned, held, due by rule."""
    given = request.args.get("year", "")
    year = int(given) if given.isdigit() and date.min.year < int(given) < date.max.year else today().year
    return render_template("reviews/calendar.html", shown=yearly.of(year, to=current_user))


@blueprint.route("/<int:id>/places", methods=["GET", "POST"])
@allow(P.REVIEW_PREPARE)
def places(id: int) -> ResponseReturnValue:
    """Functions, quorum and deputies."""
    review = queries.get(id, to=current_user)
    if not may_plan(review, current_user):
        abort(403)
    form = forms.places_form(review)
    form.show_version(review)
    if (
        form.validate_on_submit()
        and form.check_fresh(review)
        and refused_or(
            form,
            services.set_places,
            review,
            form.places(review),
            quorum=form.quorum.data,
            by=current_user,
        )
    ):
        flash(_("Saved."), "success")
        return redirect(url_for("reviews.show", id=id, _anchor="participants"))
    return form_page("places", form, review=queries.get(id, to=current_user))


@blueprint.route("/<int:id>/requests", methods=["GET", "POST"])
@allow(P.REVIEW_PREPARE)
def requests_page(id: int) -> ResponseReturnValue:
    """Ask for the inputs: who writes what until when."""
    review = queries.get(id, to=current_user)
    if review.state not in OPEN:
        abort(403)
    form = forms.requests_form(review)
    if form.validate_on_submit():
        changed = refused_or(form, _asked, review, form)
        if changed is not None:
            flash(_("Requests changed: %(count)s. Who is asked anew is told.", count=changed[0]), "success")
            return redirect(url_for("reviews.show", id=id, _anchor="inputs"))
    review = queries.get(id, to=current_user)
    return form_page("requests", form, review=review, rows=screens_prepare.requested(review, form))


def _asked(review: Review, form: forms.RequestsForm) -> tuple[int]:
    return (requests.ask_all(review, form.wishes(review), by=current_user),)


@blueprint.get("/<int:id>/gate")
@allow(P.REVIEW_PREPARE, P.REVIEW_APPROVE)
def gate(id: int) -> ResponseReturnValue:
    """What is missing before it can embarrass anybody."""
    review = queries.get(id, to=current_user)
    return render_template("reviews/gate.html", review=review, gate=gates.compile_gate(review, current_user))


@blueprint.route("/<int:id>/climate", methods=["GET", "POST"])
@allow(*SEE)
def climate(id: int) -> ResponseReturnValue:
    """Decide whether climate change is a relevant issue (4.1)."""
    review = queries.get(id, to=current_user)
    row = next((each for each in review.inputs if each.key is InputKey.B), None)
    if row is None or not may_write(row, current_user):
        abort(403)
    form = forms.ClimateForm(data={"climate": review.climate.value, "climate_reason": review.climate_reason})
    form.show_version(review)
    if (
        form.validate_on_submit()
        and form.check_fresh(review)
        and refused_or(
            form,
            services.decide_climate,
            review,
            form.climate.data,
            reason=form.climate_reason.data or "",
            by=current_user,
        )
    ):
        flash(_("Saved."), "success")
        return redirect(url_for("reviews.input", id=row.id))
    return form_page("climate", form, review=queries.get(id, to=current_user), row=row)


def warn_of_audits(review: Review) -> None:
    """Say when a meeting lies before an audit ends, as soon as it is planned so."""
    for audit in yearly.audits_in_the_way(review):
        words = _(
            "The meeting lies before the end of %(code)s (%(day)s). Its results are an input: meet after its "
            "report.",
            code=audit.code,
            day=days.written(audit.ends_on),
        )
        flash(words, "warning")
