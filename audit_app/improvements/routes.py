"""The improvement register over HTTP."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts import replies
from audit_app.accounts.language import LOCALES, short
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.evidence import queries as evidence
from audit_app.improvements import exports, forms, queries, screens, services, sources
from audit_app.improvements.workflow import IMPROVEMENT
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.pages import arguments, paginate

blueprint = Blueprint("improvements", __name__, url_prefix="/improvements")

SEE, PROPOSE = Permission.IMPROVEMENT_SEE, Permission.IMPROVEMENT_PROPOSE


@blueprint.get("/")
@allow(SEE)
def index() -> ResponseReturnValue:
    """The register."""
    given = arguments(queries.FILTERS)
    page = paginate(queries.listing(current_user, given, request.args.get("sort", "-code")))
    return render_template(
        "improvements/index.html", paging=page, given=given, selects=screens.filters(),
        counts=queries.counts(current_user), may_propose=current_user.may(PROPOSE),
    )  # fmt: skip


@blueprint.get("/export.xlsx")
@allow(SEE)
def export() -> ResponseReturnValue:
    """The register as filtered, as a workbook."""
    query = queries.listing(current_user, arguments(queries.FILTERS), request.args.get("sort", "-code"))
    with force_locale(LOCALES[short()]):
        sheet = exports.register(db.session.scalars(query))
        return replies.workbook(sheet, _("Improvements"))


@blueprint.get("/<int:id>")
@allow(SEE)
def show(id: int) -> ResponseReturnValue:
    """One improvement, from the proposal to its result."""
    improvement = queries.get(id, to=current_user)
    return render_template(
        "improvements/show.html",
        improvement=improvement,
        files=evidence.of(improvement),
        **screens.page(improvement, replies.me()),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow(PROPOSE)
def new() -> ResponseReturnValue:
    """Propose an improvement, also from a finding, a review decision or an indicator."""
    origin = sources.find(request.args.get("source", ""), _number("from"), to=replies.me())
    form = forms.ProposalForm().offer()
    if form.validate_on_submit():
        made = refused_or(form, services.propose, **form.facts(), origin=origin, by=replies.me())
        if made is not None:
            flash(_("%(code)s is in the register. It will be evaluated.", code=made.code), "success")
            return redirect(url_for(".show", id=made.id), 303)
    elif not form.is_submitted() and origin is not None:
        form.title.data = origin.title
        form.process_id.data = origin.process.id if origin.process is not None else None
    already = queries.promoted_from(origin.source, origin.id, to=replies.me()) if origin else []
    return replies.page("improvements/new.html", form, origin=origin, already=already)


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


@blueprint.route("/<int:id>/edit", methods=["GET", "POST"])
@allow(PROPOSE)
def edit(id: int) -> ResponseReturnValue:
    """Word a proposal better."""
    improvement = queries.get(id, to=current_user)
    form = forms.ProposalForm(obj=improvement if request.method == "GET" else None).offer()
    form.show_version(improvement)
    ready = form.validate_on_submit() and form.check_fresh(improvement)
    if ready and refused_or(form, services.edit, improvement, **form.facts(), by=replies.me()):
        return replies.saved(url_for(".show", id=id))
    return replies.page("improvements/edit.html", form, improvement=queries.get(id, to=current_user))


@blueprint.route("/<int:id>/step/<step>", methods=["GET", "POST"])
@allow(PROPOSE)
def step(id: int, step: str) -> ResponseReturnValue:
    """One step of the life of an improvement, with the facts it asks for."""
    improvement = queries.get(id, to=current_user)
    row = IMPROVEMENT.by_name.get(step) or abort(404)
    kind, verb = screens.STEPS[step]
    form = kind(obj=improvement if request.method == "GET" else None)
    if hasattr(form, "propose"):
        form.propose(improvement)
    form.show_version(improvement)
    ready = form.validate_on_submit() and form.check_fresh(improvement)
    if ready and refused_or(form, verb, improvement, **form.facts(), by=replies.me()):
        flash(_("Done: %(step)s", step=row.label), "success")
        return redirect(url_for(".show", id=id), 303)
    return _step_page(form, queries.get(id, to=current_user), row)


def _step_page(form: Any, improvement: Any, row: Any) -> ResponseReturnValue:
    offered = {each.step.name: each for each in screens.offers(improvement, replies.me())}
    missing = offered[row.name].missing if row.name in offered else ()
    return replies.page(
        "improvements/step.html", form, improvement=improvement, step=row, missing=missing,
    )  # fmt: skip
