"""The register of competence, its gaps, and the records."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts import queries as accounts
from audit_app.accounts import replies
from audit_app.accounts.language import LOCALES, short
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.competence import exports, forms, queries, services
from audit_app.competence.gaps import Matrix, matrix
from audit_app.competence.models import Competence, Skill
from audit_app.core.clock import now, today, zone
from audit_app.core.db import db
from audit_app.evidence import queries as evidence
from audit_app.exports import xlsx
from audit_app.exports.sheet import Workbook
from audit_app.trail import queries as trail
from audit_app.web import downloads
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.pages import arguments, number, ordering, paginate, safe_next

blueprint = Blueprint("competence", __name__, url_prefix="/competence")

FILTERS = ("q", "skill", "standing", "person")
SORTS = {
    "person": Person.sort_key,
    "skill": Competence.skill,
    "since": Competence.awarded_on,
    "until": Competence.ends_on,
}
STANDINGS = ("valid", "soon", "expired", "withdrawn")


@blueprint.get("/")
@allow(Permission.AUDIT_SEE)
def index() -> ResponseReturnValue:
    """The register."""
    order, _key = ordering(SORTS, "until")
    everything = queries.sees_every_record(current_user)
    query = queries.records(current_user, **arguments(FILTERS)).join(Competence.person)
    labels = (_("valid"), _("ends soon"), _("expired"), _("revoked"))
    return render_template(
        "competence/index.html",
        paging=paginate(query.order_by(None).order_by(order, Competence.id)),
        skills=Skill.choices(),
        standings=list(zip(STANDINGS, labels, strict=True)),
        people=[(each.id, each.name) for each in queries.auditors()] if everything else [],
        may_change=current_user.may(Permission.AUDIT_PLAN),
        everything=everything,
    )


@blueprint.get("/register.xlsx")
@allow(Permission.AUDIT_SEE)
def export() -> ResponseReturnValue:
    """Register and gaps as a workbook, the register as filtered; ``?lang=`` chooses its language."""
    rows = list(db.session.scalars(queries.records(current_user, **arguments(FILTERS))))
    organisation = accounts.organisation()
    with force_locale(LOCALES[short()]):
        sheets = [exports.register(rows)]
        if queries.sees_every_record(current_user):
            sheets.append(exports.gaps(_matrix()))
        book = Workbook(
            tuple(sheets),
            title=sheets[0].title,
            organisation=organisation.name if organisation else "",
            created=now(),
            language=LOCALES[short()],
            zone=zone(),
        )
        return downloads.send(xlsx.render(book), "competence.xlsx", downloads.XLSX)


@blueprint.get("/gaps")
@allow(Permission.AUDIT_SEE)
def gaps() -> ResponseReturnValue:
    """Who covers which section of the standard, until when; for those who see every record."""
    if not queries.sees_every_record(current_user):
        return redirect(url_for(".index"))
    return render_template(
        "competence/gaps.html", matrix=_matrix(), may_change=current_user.may(Permission.AUDIT_PLAN)
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Permission.AUDIT_PLAN)
def new() -> ResponseReturnValue:
    """Record an evaluation; ``?person=`` and ``?skill=`` fill it in, ``?next=`` leads back to the team."""
    defaults = forms.new_defaults(number("person", 0) or None, request.args.getlist("skill"), current_user.id)
    form = forms.NewForm(data=defaults if request.method == "GET" else None).offer()
    if form.validate_on_submit():
        person = accounts.one(Person, form.person.data)
        facts = {**form.scope(), "by": replies.me()}
        if refused_or(form, services.add_several, person, form.skills.data, form.evaluation(), **facts):
            return replies.saved(safe_next(request.args.get("next"), url_for(".index", person=person.id)))
    return replies.page("competence/new.html", form)


@blueprint.get("/<int:id>")
@allow(Permission.AUDIT_SEE)
def show(id: int) -> ResponseReturnValue:
    """One record with its certificate and history."""
    found = queries.get(id, to=current_user)
    return render_template(
        "competence/show.html",
        record=found,
        files=evidence.of(found),
        may_attach=evidence.may_attach(found, current_user),
        may_change=current_user.may(Permission.AUDIT_PLAN) and found.withdrawn_on is None,
        history=trail.history(found),
    )


@blueprint.route("/<int:id>/renew", methods=["GET", "POST"])
@allow(Permission.AUDIT_PLAN)
def renew(id: int) -> ResponseReturnValue:
    """Record a new evaluation of the same competence."""
    found = queries.get(id, to=current_user)
    defaults = forms.new_defaults(found.person_id, [], current_user.id)
    form = forms.EvaluationForm(data=defaults if request.method == "GET" else None)
    form.offer_evaluators()
    if form.validate_on_submit():
        made = refused_or(form, services.renew, found, form.evaluation(), by=replies.me())
        if made:
            return replies.saved(url_for(".show", id=made.id))
    return replies.page("competence/renew.html", form, record=found)


@blueprint.route("/<int:id>/withdraw", methods=["GET", "POST"])
@allow(Permission.AUDIT_PLAN)
def withdraw(id: int) -> ResponseReturnValue:
    """Take a competence back, with a reason."""
    found, form = queries.get(id, to=current_user), forms.WithdrawForm()
    if form.validate_on_submit() and refused_or(
        form, services.withdraw, found, form.reason.data, by=replies.me()
    ):
        return replies.saved(url_for(".show", id=id))
    return replies.page("competence/withdraw.html", form, record=found)


def _matrix() -> Matrix:
    people = queries.auditors()
    return matrix(people, queries.of_people(people), today())
