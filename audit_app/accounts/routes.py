"""People, the organisation and one's own profile."""

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext, refresh
from flask_login import current_user

from audit_app.accounts import (
    erasing,
    exports,
    factors,
    forms,
    leaving,
    matrix,
    queries,
    replies,
    routes_factor,
    services,
    tenure,
)
from audit_app.accounts.blueprint import blueprint
from audit_app.accounts.library import legacy_processes
from audit_app.accounts.models import Department, Person, Process, Site
from audit_app.accounts.permissions import Permission, Role
from audit_app.core.db import db
from audit_app.trail import queries as trail
from audit_app.web.access import allow, public, signed_in
from audit_app.web.forms import refused_or
from audit_app.web.pages import arguments, ordering, paginate, safe_next

__all__ = ["VIEWS", "blueprint"]

VIEWS = (routes_factor,)
"""Further modules whose views are on the blueprint."""
PEOPLE_SORTS = {"name": Person.sort_key, "email": Person.email, "seen": Person.last_seen_at}
FILTERS = ("q", "role", "department", "active")
KINDS: dict[str, tuple[Any, Any, Any, Any]] = {
    "sites": (Site, forms.SiteForm, services.add_site, services.edit_site),
    "departments": (Department, forms.DepartmentForm, services.add_department, services.edit_department),
    "processes": (Process, forms.ProcessForm, services.add_process, services.edit_process),
}
"""The three lists of master data share their pages: kind → model, form, verbs."""


@blueprint.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """The organisation at a glance, with the way to each list."""
    counts = {
        "sites": len(queries.sites()),
        "departments": len(queries.departments()),
        "processes": len(queries.processes()),
    }
    organisation = queries.organisation()
    history = trail.history(organisation, 20) if organisation else []
    return render_template("accounts/index.html", organisation=organisation, counts=counts, history=history)


@blueprint.route("/edit", methods=["GET", "POST"])
@allow(Permission.ORGANISATION_MANAGE)
def organisation() -> ResponseReturnValue:
    """Change the facts that stand on every document."""
    present = queries.organisation()
    form = forms.OrganisationForm(obj=present)
    if present:
        form.show_version(present)
    fresh = form.validate_on_submit() and (present is None or form.check_fresh(present))
    if fresh and refused_or(form, services.set_organisation, **form.values(), by=current_user):
        return replies.saved(url_for(".index"))
    return replies.page("accounts/organisation_edit.html", form)


@blueprint.get("/roles")
@signed_in
def roles() -> ResponseReturnValue:
    """Who may do what, in words, made from the table that grants it."""
    return render_template(
        "accounts/roles.html", groups=matrix.matrix(), roles=list(Role), own=current_user.role_set
    )


@blueprint.get("/people")
@allow(Permission.PEOPLE_MANAGE)
def people() -> ResponseReturnValue:
    """The list of people."""
    order, _key = ordering(PEOPLE_SORTS, "name")
    page = paginate(
        queries.people(current_user, **arguments(FILTERS)).order_by(None).order_by(order, Person.id)
    )
    departments = [(each.id, each.name) for each in queries.departments(all_=True)]
    return render_template("accounts/people.html", paging=page, roles=Role.choices(), departments=departments)


@blueprint.get("/people.xlsx")
@allow(Permission.PEOPLE_MANAGE)
def people_export() -> ResponseReturnValue:
    """The list of people as a workbook, as filtered."""
    rows = list(db.session.scalars(queries.people(current_user, **arguments(FILTERS))))
    return replies.workbook(exports.people(rows), "people")


@blueprint.route("/people/new", methods=["GET", "POST"])
@allow(Permission.PEOPLE_MANAGE)
def person_new() -> ResponseReturnValue:
    """Add a person; a password that was made is shown once."""
    form = forms.NewPersonForm(
        data={"language": current_user.language} if request.method == "GET" else None
    ).offer()
    if form.validate_on_submit():
        password = form.password.data or services.new_password()
        person = refused_or(form, services.add_person, **form.facts(), password=password, by=current_user)
        if person:
            return render_template("accounts/password.html", person=person, password=password)
    return replies.page("accounts/person_edit.html", form, person=None)


@blueprint.get("/people/<int:id>")
@signed_in
def person(id: int) -> ResponseReturnValue:
    """One person: roles in words, what they own, and their history."""
    found = queries.get(id, to=current_user)
    return render_template(
        "accounts/person.html",
        person=found,
        allowed=matrix.allowed(found.permissions),
        processes=queries.processes_owned(found),
        departments=queries.departments_led(found),
        tenures=tenure.of(found),
        months=tenure.months(),
        competences=found.competences,
        history=trail.history(found),
        factor=factors.standing(found) if current_user.may(Permission.PEOPLE_MANAGE) else None,
        burden=leaving.burden(found) if current_user.may(Permission.PEOPLE_MANAGE) else 0,
        erased=erasing.is_erased(found),
    )


@blueprint.route("/people/<int:id>/edit", methods=["GET", "POST"])
@allow(Permission.PEOPLE_MANAGE)
def person_edit(id: int) -> ResponseReturnValue:
    """Change a person's record."""
    found = queries.get(id, to=current_user)
    form = forms.PersonForm(obj=found).offer(found)
    form.show_version(found)
    fresh = form.validate_on_submit() and form.check_fresh(found)
    if fresh and refused_or(form, services.edit_person, found, **form.facts(), by=current_user):
        return replies.saved(url_for(".person", id=id))
    return replies.page("accounts/person_edit.html", form, person=found)


@blueprint.post("/people/<int:id>/password")
@allow(Permission.PEOPLE_MANAGE)
def person_password(id: int) -> ResponseReturnValue:
    """Make a new password and show it once."""
    found, password = queries.get(id, to=current_user), services.new_password()
    services.set_password(found, password, by=current_user)
    return render_template("accounts/password.html", person=found, password=password)


@blueprint.post("/people/<int:id>/access/<any(end,give):verb>")
@allow(Permission.PEOPLE_MANAGE)
def person_access(id: int, verb: str) -> ResponseReturnValue:
    """End a person's access, or give it again."""
    found = queries.get(id, to=current_user)
    (services.deactivate if verb == "end" else services.activate)(found, by=current_user)
    if verb == "end" and leaving.burden(found):
        flash(_("Access has ended. What is still open under this name waits to be handed over."), "warning")
        return redirect(url_for("findings.hand_over", id=id), 303)
    return replies.saved(url_for(".person", id=id))


@blueprint.route("/people/<int:id>/erase", methods=["GET", "POST"])
@allow(Permission.PEOPLE_MANAGE)
def person_erase(id: int) -> ResponseReturnValue:
    """Erase the personal data of somebody whose access has ended."""
    found = queries.get(id, to=current_user)
    form, refusal, rows = forms.EraseForm(), erasing.refusal(found), None
    if form.validate_on_submit():
        rows = refused_or(form, erasing.erase, found, reason=form.reason.data, by=replies.me())
    if rows is None:
        return replies.page("accounts/person_erase.html", form, person=found, refusal=refusal)
    words = ngettext(
        "Erased. %(num)s line of the trail now bears the number instead of the name.",
        "Erased. %(num)s lines of the trail now bear the number instead of the name.",
        rows,
    )
    flash(words, "success")
    return redirect(url_for(".person", id=id), 303)


@blueprint.route("/profile", methods=["GET", "POST"])
@signed_in
def profile() -> ResponseReturnValue:
    """What I may change about myself, and what my roles allow."""
    form = forms.ProfileForm(obj=current_user)
    form.show_version(current_user)
    if form.validate_on_submit() and form.check_fresh(current_user):
        me = current_user._get_current_object()
        if refused_or(form, services.edit_profile, me, **form.values(), by=me):
            refresh()
            return replies.saved(url_for(".profile"))
    return replies.page(
        "accounts/profile.html",
        form,
        allowed=matrix.allowed(current_user.permissions),
        factor=factors.standing(current_user),
    )


@blueprint.post("/language")
@public
def language() -> ResponseReturnValue:
    """Switch the language: kept with the person, or in the session before sign-in."""
    wanted = request.form.get("language", "")
    if wanted in services.LANGUAGES:
        session["language"] = wanted
        if current_user.is_authenticated:
            me = current_user._get_current_object()
            services.set_language(me, wanted, by=me)
    return redirect(safe_next(request.form.get("next"), "/").rstrip("?"), 303)


@blueprint.get("/<any(sites,departments,processes):kind>")
@signed_in
def master(kind: str) -> ResponseReturnValue:
    """Sites, departments or processes; processes can be grouped by those of the 2005 edition."""
    rows = _rows(kind)
    groups = {each.number: each for each in legacy_processes()}
    return render_template(f"accounts/{kind}.html", rows=rows, kind=kind, groups=groups)


@blueprint.get("/<any(sites,departments,processes):kind>.xlsx")
@signed_in
def master_export(kind: str) -> ResponseReturnValue:
    """The same list as a workbook."""
    return replies.workbook(getattr(exports, kind)(_rows(kind)), kind)


@blueprint.route("/<any(sites,departments,processes):kind>/new", methods=["GET", "POST"])
@allow(Permission.ORGANISATION_MANAGE)
def master_new(kind: str) -> ResponseReturnValue:
    """Add a site, department or process."""
    _model, form_of, add, _edit = KINDS[kind]
    form = form_of().offer()
    if form.validate_on_submit():
        facts = form.facts()
        facts.pop("active")
        if refused_or(form, add, **facts, by=current_user):
            return replies.saved(url_for(".master", kind=kind))
    return replies.page("accounts/master_edit.html", form, kind=kind, row=None, history=[])


@blueprint.route("/<any(sites,departments,processes):kind>/<int:id>", methods=["GET", "POST"])
@allow(Permission.ORGANISATION_MANAGE)
def master_edit(kind: str, id: int) -> ResponseReturnValue:
    """Change a site, department or process."""
    model, form_of, _add, edit = KINDS[kind]
    found = queries.one(model, id)
    form = form_of(obj=found).offer(found)
    form.show_version(found)
    fresh = form.validate_on_submit() and form.check_fresh(found)
    if fresh and refused_or(form, edit, found, **form.facts(), by=current_user):
        return replies.saved(url_for(".master", kind=kind))
    return replies.page("accounts/master_edit.html", form, kind=kind, row=found, history=trail.history(found))


@blueprint.post("/processes/load")
@allow(Permission.ORGANISATION_MANAGE)
def processes_load() -> ResponseReturnValue:
    """Add the processes that ship with the product."""
    added = services.load_processes(by=current_user)
    flash(_("%(count)d processes added. Give each an owner and a department.", count=len(added)), "success")
    return redirect(url_for(".master", kind="processes"), 303)


def _rows(kind: str) -> list[Any]:
    found = getattr(queries, kind)(all_=True)
    q = request.args.get("q", "").strip().casefold()
    return [row for row in found if q in f"{row.code} {row.name_en} {row.name_zh}".casefold()]
