"""Importing files: choose, look at what would be taken, confirm. Nothing is stored before the last step."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.core.errors import Refused
from audit_app.indicators import exports, forms, levels, queries, services, windows
from audit_app.indicators.blueprint import blueprint
from audit_app.indicators.log_import import sha256_of, zone_of
from audit_app.indicators.logs import ProblemKind
from audit_app.indicators.periods import Month
from audit_app.indicators.profiles import LogProfile, OutageProfile, get_profile, read_profile
from audit_app.indicators.reports import Report
from audit_app.indicators.values_import import LONG
from audit_app.web import holding, uploads
from audit_app.web.access import allow
from audit_app.web.forms import BaseForm
from audit_app.web.holding import Held
from audit_app.web.pages import paginate

VALUES, TICKETS, OUTAGES = "values", "tickets", "outages"
KINDS: dict[str, Any] = {VALUES: forms.UploadForm, TICKETS: forms.LogForm, OUTAGES: forms.OutageForm}
PROFILES: dict[str, Any] = {TICKETS: LogProfile, OUTAGES: OutageProfile}


def _held(token: str) -> Held:
    return holding.fetch(uploads.folder(), current_user.id, token)


@blueprint.get("/imports")
@allow(Permission.INDICATOR_SEE)
def imports() -> ResponseReturnValue:
    """The files that were read in."""
    return render_template(
        "indicators/imports.html", paging=paginate(queries.imports()), kind_label=exports.kind_label
    )


@blueprint.get("/imports.xlsx")
@allow(Permission.INDICATOR_SEE)
def imports_export() -> ResponseReturnValue:
    """The same list as a workbook."""
    from audit_app.core.db import db
    from audit_app.indicators.routes import workbook

    rows = db.session.scalars(queries.imports())
    return workbook(exports.book(exports.imported(rows), title=_("Imports")), _("Imports"))


@blueprint.get("/imports/<int:id>")
@allow(Permission.INDICATOR_SEE)
def imported(id: int) -> ResponseReturnValue:
    """One file: its hash, its rows, its problems."""
    made = queries.get_import(id, to=current_user)
    kinds = {kind.value: kind.label for kind in ProblemKind}
    return render_template(
        "indicators/imported.html",
        made=made,
        kinds=kinds,
        kind_label=exports.kind_label,
        nameless=levels.nameless() if made.kind == OUTAGES and levels.services() else [],
    )


@blueprint.route("/import/<any(values,tickets,outages):kind>", methods=["GET", "POST"])
@blueprint.route("/import", methods=["GET"], defaults={"kind": VALUES}, endpoint="import_start")
@allow(Permission.LOG_IMPORT)
def import_new(kind: str) -> ResponseReturnValue:
    """First step: which file, and how it is to be read."""
    form = _form(kind)
    if form.validate_on_submit():
        try:
            return redirect(url_for(".import_look", token=_keep(kind, form).token), 303)
        except Refused as refused:
            form.add_refusal(refused)
    status = 422 if form.is_submitted() else 200
    return render_template("indicators/import.html", form=form, kind=kind, watched=queries.watched()), status


def _form(kind: str) -> BaseForm:
    form: BaseForm = KINDS[kind]()
    if kind in PROFILES:
        form["profile"].choices = forms.profile_choices(PROFILES[kind])
    return form


def _keep(kind: str, form: Any) -> Held:
    """Hold the file and the choices; a profile of one's own is checked at once. Raises Refused."""
    upload = form.file.data
    if not upload or not upload.filename:
        raise Refused(_("Choose a file."), "file")
    facts: dict[str, Any] = {"kind": kind}
    if kind in PROFILES:
        facts["profile"] = form.profile.data
        own = form.profile_file.data
        if own and own.filename:
            held = holding.keep(uploads.folder(), current_user.id, own.filename, own.stream)
            try:
                read_profile(held.path, PROFILES[kind])
            except Refused as refused:
                raise Refused(refused.words, "profile_file") from None
            facts |= {"profile": held.filename, "profile_token": held.token}
    if kind == OUTAGES:
        facts |= {
            "target": str(form.target.data) if form.target.data is not None else "",
            "target_from": str(form.target_from.data or ""),
            "from": str(form.watched_from.data or ""),
            "to": str(form.watched_to.data or ""),
            "services": form.services.data or "",
            "leave_out": form.leave_out.data or "",
        }
        _outage_choices({**facts}, _profile(facts))
    return holding.keep(uploads.folder(), current_user.id, upload.filename, upload.stream, **facts)


def _profile(facts: dict[str, Any]) -> Any:
    kind = PROFILES[facts["kind"]]
    if facts.get("profile_token"):
        return read_profile(_held(facts["profile_token"]).path, kind)
    return get_profile(facts["profile"], kind)


def _outage_choices(facts: dict[str, Any], profile: OutageProfile) -> dict[str, Any]:
    """Arguments of the outage import out of what was chosen. Raises Refused with the field."""
    zone = zone_of(profile.timezone)
    whole = windows.between(facts["from"], facts["to"], zone) if facts["from"] and facts["to"] else None
    if bool(facts["from"]) != bool(facts["to"]):
        raise Refused(_("Give both days, or neither."), "watched_to")
    try:
        observed = windows.from_lines(facts["services"], zone, whole)
    except Refused as refused:
        raise Refused(refused.words, "services") from None
    if whole is not None and not observed:
        raise Refused(_("Name the services that were watched in this time, one a line."), "services")
    chosen: dict[str, Any] = {"observed": observed or None, "profile": profile}
    if facts["target"]:
        chosen["target"] = float(facts["target"])
        chosen["target_from"] = Month.parse(facts["target_from"]) if facts.get("target_from") else None
    if facts["leave_out"].strip():
        chosen["leave_out"] = facts["leave_out"].splitlines()
    return chosen


@blueprint.route("/import/held/<token>", methods=["GET", "POST"])
@allow(Permission.LOG_IMPORT)
def import_look(token: str) -> ResponseReturnValue:
    """Second and third step: what would be taken, and taking it."""
    held = _held(token)
    kind, form = held.facts["kind"], BaseForm()
    if form.validate_on_submit():
        try:
            report = _RUN[kind](held, True)
        except Refused as refused:
            from audit_app.core.db import db

            db.session.rollback()
            form.add_refusal(refused)
        else:
            return _done(held, report)
    return _look(held, kind, form)


def _look(held: Held, kind: str, form: BaseForm) -> ResponseReturnValue:
    """The preview; a file that cannot be read at all says why and asks for another."""
    report, reading, refusal = None, None, ""
    try:
        report, reading = _values_preview(held) if kind == VALUES else (_RUN[kind](held, False), None)
    except Refused as refused:
        refusal = str(refused)
    status = 422 if form.is_submitted() else 200
    return render_template(
        "indicators/look.html",
        held=held,
        kind=kind,
        form=form,
        report=report,
        reading=reading,
        refusal=refusal,
        known=queries.same_file(sha256_of(held.path)),
        fields=LONG,
        kind_label=exports.kind_label,
        chosen={each.key: request.values.get(each.key, "") for each in LONG},
    ), status


def _done(held: Held, report: Report) -> ResponseReturnValue:
    holding.drop(uploads.folder(), current_user.id, held.token)
    if held.facts.get("profile_token"):
        holding.drop(uploads.folder(), current_user.id, held.facts["profile_token"])
    flash(
        _(
            "“%(name)s” is imported: %(count)s monthly figures are new or changed.",
            name=report.filename,
            count=report.changed,
        ),
        "success",
    )
    return redirect(url_for(".imported", id=report.stored.id if report.stored else 0), 303)


@blueprint.post("/import/held/<token>/drop")
@allow(Permission.LOG_IMPORT)
def import_drop(token: str) -> ResponseReturnValue:
    """Give the upload up."""
    held = _held(token)
    holding.drop(uploads.folder(), current_user.id, held.token)
    flash(_("Nothing was imported."), "info")
    return redirect(url_for(".import_new", kind=held.facts["kind"]), 303)


def _values_choices() -> dict[str, Any]:
    """Sheet, columns and order of day and month, as chosen on the preview."""
    mapping = {each.key: request.values[each.key] for each in LONG if request.values.get(each.key)}
    order = {"day": True, "month": False}.get(request.values.get("day_first", ""))
    return {"sheet": request.values.get("sheet") or None, "mapping": mapping or None, "day_first": order}


def _values_preview(held: Held) -> tuple[Report, Any]:
    reading, report = services.preview_measurements(
        held.path, held.filename, **_values_choices(), by=current_user
    )
    return report, reading


def _values(held: Held, _store: bool) -> Report:
    good = request.values.get("good_only") == "yes"
    return services.import_measurements(
        held.path, filename=held.filename, good_only=good, by=current_user, **_values_choices()
    )


def _take_out() -> bool:
    """Whether rows that the file no longer holds are to go."""
    return request.values.get("gone") == "out"


def _tickets(held: Held, store: bool) -> Report:
    profile, out = _profile(held.facts), _take_out()
    if store:
        return services.import_tickets(
            held.path, profile, by=current_user, filename=held.filename, take_out=out
        )
    return services.preview_tickets(held.path, profile, held.filename, take_out=out)


def _outages(held: Held, store: bool) -> Report:
    chosen = _outage_choices(held.facts, _profile(held.facts)) | {"take_out": _take_out()}
    if store:
        return services.import_outages(held.path, by=current_user, filename=held.filename, **chosen)
    return services.preview_outages(held.path, filename=held.filename, **chosen)


_RUN: dict[str, Callable[[Held, bool], Report]] = {VALUES: _values, TICKETS: _tickets, OUTAGES: _outages}
