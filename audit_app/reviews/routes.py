"""Management reviews over HTTP: who may enter, what to show next. Preparing has its own file."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission as P
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.exports.names import download_name
from audit_app.reviews import (
    exports,
    forms,
    queries,
    routes_after,
    routes_check,
    routes_meeting,
    routes_prepare,
    routes_signing,
    routes_supplements,
    screens,
    services,
)
from audit_app.reviews.blueprint import SEE, blueprint, form_page, language
from audit_app.reviews.compile import compile_input
from audit_app.reviews.models import Decision, Review, ReviewState
from audit_app.reviews.workflow import REVIEW, may_decide, may_plan, may_write
from audit_app.web import downloads
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.pages import arguments, ordering, paginate

__all__ = ["VIEWS", "blueprint"]

VIEWS = (routes_prepare, routes_meeting, routes_after, routes_check, routes_signing, routes_supplements)
"""Further modules whose views are on the blueprint."""
MEDIA = {"pdf": downloads.PDF, "xlsx": downloads.XLSX}


@blueprint.get("/")
@allow(*SEE)
def index() -> ResponseReturnValue:
    """The list of reviews."""
    order, _key = ordering(queries.SORTS, "-meets")
    page = paginate(queries.listing(current_user, arguments(("state", "q"))).order_by(order, Review.id))
    return render_template("reviews/index.html", reviews=page, states=ReviewState.choices())


@blueprint.get("/export")
@allow(*SEE)
def export_list() -> ResponseReturnValue:
    """The list as filtered, as a workbook."""
    order, _key = ordering(queries.SORTS, "-meets")
    rows = db.session.scalars(
        queries.listing(current_user, arguments(("state", "q"))).order_by(order)
    ).unique()
    name = download_name(_("Management reviews"), "xlsx")
    return downloads.send(exports.register(rows, language()), name, downloads.XLSX)


@blueprint.route("/new", methods=["GET", "POST"])
@allow(P.REVIEW_PREPARE)
def new() -> ResponseReturnValue:
    """Plan a review."""
    form = forms.PlanForm()
    form.fill()
    if not form.is_submitted():
        form.prepared_by_id.data = current_user.id
    if form.validate_on_submit():
        review = refused_or(form, services.plan_review, **form.facts(), by=current_user)
        if review is not None:
            flash(_("%(code)s is planned.", code=review.code), "success")
            routes_prepare.warn_of_audits(review)
            return redirect(url_for("reviews.show", id=review.id))
    return form_page("edit", form, review=None)


@blueprint.get("/<int:id>")
@allow(*SEE)
def show(id: int) -> ResponseReturnValue:
    """A review: what is missing, what is asked, who takes part."""
    review = queries.get(id, to=current_user)
    return render_template("reviews/show.html", review=review, **screens.page(review, current_user))


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@allow(P.REVIEW_PREPARE)
def edit(id: int) -> ResponseReturnValue:
    """Change the plan."""
    review = queries.get(id, to=current_user)
    if not may_plan(review, current_user):
        abort(403)
    form = forms.PlanForm(data=_plan_of(review))
    form.fill(review)
    form.show_version(review)
    if (
        form.validate_on_submit()
        and form.check_fresh(review)
        and refused_or(form, services.edit_review, review, **form.facts(review), by=current_user)
    ):
        flash(_("Saved."), "success")
        routes_prepare.warn_of_audits(review)
        return redirect(url_for("reviews.show", id=id))
    return form_page("edit", form, review=queries.get(id, to=current_user))


def _plan_of(review: Any) -> dict[str, Any]:
    names = ("title", "meets_on", "place", "period_from", "period_to", "chair_id", "prepared_by_id")
    return {name: getattr(review, name) for name in names}


@blueprint.route("/<int:id>/step/<step>", methods=["GET", "POST"])
@allow(P.REVIEW_PREPARE, P.REVIEW_APPROVE)
def step(id: int, step: str) -> ResponseReturnValue:
    """Take a step of the workflow."""
    review = queries.get(id, to=current_user)
    if step not in REVIEW.by_name or not current_user.may(REVIEW.by_name[step].needs):
        abort(404 if step not in REVIEW.by_name else 403)
    if step in ("hold", "record"):
        return _hold(review)
    if step == "approve":
        return routes_signing.approve(review)
    form = forms.NoFactsForm()
    if form.validate_on_submit() and refused_or(form, services.start_preparing, review, by=current_user):
        flash(_("%(code)s: %(step)s. Done.", code=review.code, step=REVIEW.by_name[step].label), "success")
        return redirect(url_for("reviews.show", id=id))
    return form_page("step", form, review=queries.get(id, to=current_user), step=REVIEW.by_name[step])


def _hold(review: Any) -> ResponseReturnValue:
    form = forms.filled(forms.HoldForm, review)
    form.fill(review)
    form.show_version(review)
    if (
        form.validate_on_submit()
        and form.check_fresh(review)
        and refused_or(form, _record, review, form.values())
    ):
        flash(_("The meeting is recorded."), "success")
        return redirect(url_for("reviews.show", id=review.id))
    return form_page("hold", form, review=queries.get(review.id, to=current_user))


def _record(review: Any, facts: dict[str, Any]) -> Any:
    came, instead = set(facts.pop("attended") or ()), set(facts.pop("stood_in", None) or ())
    services.record_attendance(review, came, stood_in=instead, by=current_user)
    texts = {name: value or "" for name, value in facts.items() if name != "next_review_on"}
    return services.hold(review, **texts, next_review_on=facts["next_review_on"], by=current_user)


# --- inputs ---------------------------------------------------------------------------------------


@blueprint.route("/inputs/<int:id>", methods=["GET", "POST"])
@allow(*SEE)
def input(id: int) -> ResponseReturnValue:
    """One input: what the data say, and what is written about it."""
    row = queries.get_input(id, to=current_user)
    form = forms.filled(forms.InputForm, row)
    form.show_version(row)
    if form.is_submitted() and not may_write(row, current_user):
        abort(403)
    if form.validate_on_submit() and form.check_fresh(row) and refused_or(form, _write, row, form.values()):
        flash(_("Saved."), "success")
        return redirect(url_for("reviews.input", id=id))
    row = queries.get_input(id, to=current_user)
    assign = forms.filled(forms.AssignForm, row)
    assign.fill()
    return form_page(
        "input",
        form,
        row=row,
        review=row.review,
        assign=assign,
        may_write=may_write(row, current_user),
        **screens.of_input(row, compile_input(row.review, row.key)),
    )


def _write(row: Any, facts: dict[str, Any]) -> Any:
    if facts["nothing_to_report"]:
        return services.declare_nothing(row.review, row.key, reason=facts["reason"] or "", by=current_user)
    return services.write_input(row.review, row.key, text=facts["text"] or "", by=current_user)


@blueprint.post("/inputs/<int:id>/assign")
@allow(P.REVIEW_PREPARE)
def assign(id: int) -> ResponseReturnValue:
    """Say who writes an input."""
    row = queries.get_input(id, to=current_user)
    form = forms.AssignForm()
    form.fill()
    if form.validate_on_submit():
        owner = forms.person(form.owner_id.data)
        services.assign_input(row.review, row.key, owner=owner, due_on=form.due_on.data, by=current_user)
        flash(_("Saved."), "success")
    return redirect(url_for("reviews.input", id=id))


# --- decisions ------------------------------------------------------------------------------------


@blueprint.route("/<int:id>/decisions/new", methods=["GET", "POST"])
@allow(P.REVIEW_PREPARE, P.REVIEW_APPROVE)
def new_decision(id: int) -> ResponseReturnValue:
    """Ask for a decision."""
    review = queries.get(id, to=current_user)
    form = forms.DecisionForm(input_key=request.args.get("input"))
    form.fill(review)
    if form.validate_on_submit() and refused_or(
        form, services.ask_decision, review, **form.facts(), by=current_user
    ):
        flash(_("The decision is put before the meeting."), "success")
        return redirect(url_for("reviews.show", id=id, _anchor="decisions"))
    return form_page("decision", form, review=queries.get(id, to=current_user), decision=None)


def _decision(id: int) -> Decision:
    found = queries.get_decision(id, to=current_user)
    if not may_decide(found.review, current_user):
        raise NotVisible
    return found


@blueprint.route("/decisions/<int:id>", methods=["GET", "POST"])
@allow(P.REVIEW_PREPARE, P.REVIEW_APPROVE)
def edit_decision(id: int) -> ResponseReturnValue:
    """Word a decision better."""
    decision = _decision(id)
    form = forms.filled(forms.DecisionForm, decision)
    form.fill(decision.review)
    form.show_version(decision)
    if (
        form.validate_on_submit()
        and form.check_fresh(decision)
        and refused_or(form, services.edit_decision, decision, **form.facts(), by=current_user)
    ):
        flash(_("Saved."), "success")
        return redirect(url_for("reviews.show", id=decision.review_id, _anchor="decisions"))
    decision = _decision(id)
    return form_page("decision", form, review=decision.review, decision=decision)


@blueprint.route("/decisions/<int:id>/take", methods=["GET", "POST"])
@allow(P.REVIEW_PREPARE, P.REVIEW_APPROVE)
def take_decision(id: int) -> ResponseReturnValue:
    """Record what the meeting decided."""
    decision = _decision(id)
    form = forms.filled(forms.TakeForm, decision)
    form.fill(decision)
    if (
        form.validate_on_submit()
        and form.check_fresh(decision)
        and refused_or(form, services.take_decision, decision, **form.facts(), by=current_user)
    ):
        flash(_("%(code)s is decided.", code=decision.code), "success")
        return redirect(url_for("reviews.show", id=decision.review_id, _anchor="decisions"))
    decision = _decision(id)
    return form_page("take", form, review=decision.review, decision=decision)


@blueprint.post("/decisions/<int:id>/reject")
@allow(P.REVIEW_PREPARE, P.REVIEW_APPROVE)
def reject_decision(id: int) -> ResponseReturnValue:
    """Record that the meeting did not approve it."""
    decision = services.reject_decision(_decision(id), by=current_user)
    flash(_("%(code)s is recorded as not approved.", code=decision.code), "success")
    return redirect(url_for("reviews.show", id=decision.review_id, _anchor="decisions"))


# --- the pack -------------------------------------------------------------------------------------


@blueprint.get("/<int:id>/pack")
@allow(*SEE)
def pack(id: int) -> ResponseReturnValue:
    """The pack as a page."""
    review = queries.get(id, to=current_user)
    return render_template("reviews/pack.html", review=review, **screens.pack_page(review))


@blueprint.get("/<int:id>/pack.<kind>")
@allow(*SEE)
def export(id: int, kind: str) -> ResponseReturnValue:
    """The pack as a file: PDF or XLSX."""
    review = queries.get(id, to=current_user)
    if kind not in MEDIA:
        abort(404)
    spoken = language()
    content = exports.file_of(review, spoken, kind)
    return downloads.send(content, exports.filename(review, spoken, kind), MEDIA[kind], inline=kind == "pdf")
