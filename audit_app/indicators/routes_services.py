"""The service catalogue: list, record, agreements, maintenance, outages, and names that logs use."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts import queries as accounts
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.indicators import catalogue, exports, levels, service_exports, service_forms, service_screens
from audit_app.indicators.blueprint import blueprint
from audit_app.indicators.catalogue_models import Service
from audit_app.indicators.periods import Month
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.pages import PER_PAGE, Page, arguments, number, paginate

SEE, DEFINE = Permission.INDICATOR_SEE, Permission.INDICATOR_DEFINE
FILTERS = ("q", "owner", "state")


def _listed() -> Any:
    return levels.listed(current_user, **arguments(FILTERS))


def _get(id: int) -> Service:
    return levels.get(id, to=current_user)


@blueprint.get("/services")
@allow(SEE)
def services() -> ResponseReturnValue:
    """The catalogue: what holds for each service, and its last twelve months."""
    paging = paginate(_listed())
    people = [(each.id, each.name) for each in accounts.active_people()]
    states = [
        (levels.IN_USE, _("in the catalogue")),
        (levels.WITHOUT, _("without an agreement")),
        (levels.ENDED, _("no longer in the catalogue")),
    ]
    return render_template(
        "indicators/services.html",
        paging=paging,
        found=service_screens.standings(paging.items),
        given=arguments(FILTERS),
        selects=[("owner", _("Service owner"), people), ("state", _("State"), states)],
        nameless=levels.nameless(),
        month_name=exports.month_name,
        **_words(),
    )


@blueprint.get("/services.xlsx")
@allow(SEE)
def services_export() -> ResponseReturnValue:
    """The catalogue as filtered."""
    from audit_app.indicators.routes import language, workbook

    with force_locale(language()):
        sheet = service_exports.catalogue(service_screens.standings(db.session.scalars(_listed())))
        return workbook(exports.book(sheet, title=_("Service catalogue")), _("Service catalogue"))


@blueprint.get("/services/<int:id>")
@allow(SEE)
def service(id: int) -> ResponseReturnValue:
    """One service: what is owed now and before, its maintenance, its last twelve months."""
    found = _get(id)
    line = next(iter(levels.stored_lines([found])), None)
    rows = service_screens.rows(line) if line else []
    soon, gone = service_screens.maintenance(found)
    return render_template(
        "indicators/service.html",
        service=found,
        agreements=service_screens.validity(found),
        held=service_screens.agreement_on(found, today()),
        rows=rows,
        state=service_screens.state_of(rows) if rows else None,
        year=service_screens.together(line, rows) if line else None,
        tickets_kept=service_screens.tickets_kept(found),
        late=service_screens.too_late(line) if line else 0,
        soon=soon,
        gone=gone,
        month_name=exports.month_name,
        history=levels.history(found),
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "hours_of": levels.hours_of,
        "hours_words": service_screens.hours_words,
        "drawn": service_screens.drawn,
        "kept_words": service_screens.kept_words,
        "may": current_user.may(DEFINE),
    }


@blueprint.get("/services/<int:id>/months.xlsx")
@allow(SEE)
def service_export(id: int) -> ResponseReturnValue:
    """The last twelve months of a service."""
    from audit_app.indicators.routes import language, workbook

    found = _get(id)
    with force_locale(language()):
        line = next(iter(levels.stored_lines([found])), None)
        rows = service_screens.rows(line) if line else []
        year = service_screens.together(line, rows) if line else None
        title = f"{found.code} {found.name}"
        return workbook(exports.book(service_exports.months(found, rows, year), title=title), title)


@blueprint.route("/services/new", methods=["GET", "POST"])
@allow(DEFINE)
def service_new() -> ResponseReturnValue:
    """Put a service into the catalogue; ``?name=`` is a name that a log calls it by."""
    form = service_forms.ServiceForm().offer()
    if not form.is_submitted():
        form.aliases.data = request.args.get("name", "")[:200]
    if form.validate_on_submit():
        made = refused_or(form, catalogue.add_service, **form.values(), by=current_user)
        if made:
            flash(_("Saved. Now enter what is agreed for it."), "success")
            return redirect(url_for(".service", id=made.id), 303)
    return _page("indicators/service_edit.html", form, service=None)


@blueprint.route("/services/<int:id>/edit", methods=["GET", "POST"])
@allow(DEFINE)
def service_edit(id: int) -> ResponseReturnValue:
    """Change what a service is called, whose it is, and its names in logs."""
    found = _get(id)
    form = service_forms.ServiceForm(obj=None if request.method == "POST" else found).offer(found)
    form.show_version(found)
    fresh = form.validate_on_submit() and form.check_fresh(found)
    if fresh and refused_or(form, catalogue.edit_service, found, **form.values(), by=current_user):
        flash(_("Saved"), "success")
        return redirect(url_for(".service", id=id), 303)
    return _page("indicators/service_edit.html", form, service=found)


@blueprint.route("/services/<int:id>/agreements/new", methods=["GET", "POST"])
@allow(DEFINE)
def agreement_new(id: int) -> ResponseReturnValue:
    """Enter what is owed from a day on."""
    found = _get(id)
    held = service_screens.agreement_on(found, today())
    form = service_forms.AgreementForm().offer(found, held)
    if form.validate_on_submit() and refused_or(
        form, catalogue.agree, found, **form.facts(), by=current_user
    ):
        flash(_("Saved. Months measured already are measured anew."), "success")
        return redirect(url_for(".service", id=id), 303)
    return _page("indicators/agreement.html", form, service=found, held=held)


@blueprint.route("/services/<int:id>/agreements/<int:row>/back", methods=["GET", "POST"])
@allow(DEFINE)
def agreement_back(id: int, row: int) -> ResponseReturnValue:
    """Take an agreement back, with the reason."""
    found = _get(id)
    return _back(found, catalogue.get_agreement(found, row), catalogue.take_back_agreement, maintenance=False)


@blueprint.route("/services/<int:id>/maintenance/new", methods=["GET", "POST"])
@allow(DEFINE)
def maintenance_new(id: int) -> ResponseReturnValue:
    """Enter agreed maintenance, once or again and again."""
    found = _get(id)
    form = service_forms.MaintenanceForm().offer()
    if form.validate_on_submit():
        made = refused_or(form, catalogue.add_maintenance, found, **form.values(), by=current_user)
        if made:
            _say_entered(made)
            return redirect(url_for(".service", id=id), 303)
    return _page("indicators/maintenance.html", form, service=found, zone=catalogue.zone_of(found))


def _say_entered(made: list[Any]) -> None:
    late = sum(each.late for each in made)
    flash(_("Windows of maintenance entered: %(count)s.", count=len(made)), "success")
    if late:
        flash(
            _(
                "Begun before it was announced and entered here: %(count)s. The time before is not taken "
                "out, and no outage that had begun is excused.",
                count=late,
            ),
            "warning",
        )


@blueprint.route("/services/<int:id>/maintenance/<int:row>/back", methods=["GET", "POST"])
@allow(DEFINE)
def maintenance_back(id: int, row: int) -> ResponseReturnValue:
    """Take maintenance back, with the reason."""
    found = _get(id)
    window = catalogue.get_maintenance(found, row)
    return _back(found, window, catalogue.take_back_maintenance, maintenance=True)


def _back(found: Service, row: Any, act: Any, *, maintenance: bool) -> ResponseReturnValue:
    form = service_forms.BackForm()
    if form.validate_on_submit() and refused_or(form, act, row, form.reason.data, by=current_user):
        flash(_("Taken back. The months are measured anew without it."), "success")
        return redirect(url_for(".service", id=found.id), 303)
    return _page("indicators/service_back.html", form, service=found, row=row, maintenance=maintenance)


@blueprint.get("/services/<int:id>/outages")
@allow(SEE)
def service_outages(id: int) -> ResponseReturnValue:
    """The outages of a service in the log, and what of each counts."""
    found = _get(id)
    rows = _outages(found)
    page = min(number("page"), max(1, -(-len(rows) // PER_PAGE)))
    months = list(reversed(service_screens.last_months()))
    return render_template(
        "indicators/service_outages.html",
        service=found,
        paging=Page(rows[(page - 1) * PER_PAGE : page * PER_PAGE], len(rows), page),
        total=sum(each.counted for each in rows),
        selects=[
            ("month", _("Month"), [(str(each), exports.month_name(each)) for each in months]),
            ("counts", _("Meaning"), service_screens.Counts.choices()),
        ],
        given=arguments(("month", "counts")),
    )


def _outages(found: Service) -> list[service_screens.Down]:
    given = arguments(("month", "counts"))
    try:
        month = Month.parse(given["month"]) if "month" in given else None
    except Refused:
        month = None  # an address typed by hand: show them all
    return service_screens.outages(found, month=month, counts=given.get("counts", ""))


@blueprint.get("/services/<int:id>/outages.xlsx")
@allow(SEE)
def service_outages_export(id: int) -> ResponseReturnValue:
    """The same list as a workbook."""
    from audit_app.indicators.routes import language, workbook

    found = _get(id)
    with force_locale(language()):
        title = " ".join((found.code, _("Outages")))
        return workbook(exports.book(service_exports.outages(found, _outages(found)), title=title), title)


@blueprint.route("/services/names", methods=["GET", "POST"])
@allow(DEFINE)
def service_names() -> ResponseReturnValue:
    """Names in the outage log that no service of the catalogue has: attach each to one."""
    form = service_forms.NameForm().offer(levels.services())
    if form.validate_on_submit():
        chosen = _get(form.service_id.data)
        if refused_or(form, catalogue.attach_name, chosen, form.name.data, by=current_user):
            flash(_("“%(name)s” now means %(code)s.", name=form.name.data, code=chosen.code), "success")
            return redirect(url_for(".service_names"), 303)
    names = levels.nameless()
    return _page("indicators/service_names.html", form, names=names)


def _page(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    return render_template(template, form=form, **context), 422 if form.is_submitted() else 200
