"""Importing files: choose, look at what would be taken, confirm. Nothing is stored before the last step."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.core.errors import Refused
from audit_app.indicators import exports, forms, levels, queries, services, sources
from audit_app.indicators.blueprint import blueprint
from audit_app.indicators.log_import import sha256_of
from audit_app.indicators.logs import ProblemKind
from audit_app.indicators.profiles import checked, known_zone
from audit_app.indicators.reports import Report
from audit_app.indicators.sources import OUTAGES, PROFILES, TICKETS, VALUES
from audit_app.indicators.values_import import LONG, read_values
from audit_app.web import holding, uploads
from audit_app.web.access import allow
from audit_app.web.forms import BaseForm
from audit_app.web.holding import Held
from audit_app.web.pages import paginate

KINDS: dict[str, Any] = {VALUES: forms.UploadForm, TICKETS: forms.LogForm, OUTAGES: forms.OutageForm}
KEPT = ("own", "zone", "from", "to", "services", "leave_out")
"""Of the choices made with a log, those that its source remembers (a target is no reading)."""
LARGEST_PROFILE = 200_000


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
        found = ("", _("As remembered for this file, or found by its columns"))
        form["profile"].choices = [found, *forms.profile_choices(PROFILES[kind])]
    return form


def _keep(kind: str, form: Any) -> Held:
    """Hold the file and the choices; a profile of one's own is checked at once. Raises Refused."""
    upload = form.file.data
    if not upload or not upload.filename:
        raise Refused(_("Choose a file."), "file")
    facts: dict[str, Any] = {"kind": kind}
    if kind in PROFILES:
        facts |= _profile_facts(kind, form)
    if kind == OUTAGES:
        facts |= {
            "target": str(form.target.data) if form.target.data is not None else "",
            "target_from": str(form.target_from.data or ""),
            "from": str(form.watched_from.data or ""),
            "to": str(form.watched_to.data or ""),
            "services": form.services.data or "",
            "leave_out": form.leave_out.data or "",
        }
        sources.outage_choices(facts, sources.profile_of(kind, {"profile": "outages"} | facts, Path()))
    source = sources.match(upload.filename, kind)
    if source is not None and not facts.get("profile"):
        facts |= {key: given for key, given in source.reading.items() if not facts.get(key)}
        facts["source"] = source.id
    return holding.keep(uploads.folder(), current_user.id, upload.filename, upload.stream, **facts)


def _profile_facts(kind: str, form: Any) -> dict[str, Any]:
    """The profile chosen, or one's own; empty: as remembered, or found by the columns. Raises Refused."""
    facts = {"profile": form.profile.data or "", "zone": (form.zone.data or "").strip()}
    if facts["zone"]:
        known_zone(facts["zone"])
    own = form.profile_file.data
    if own and own.filename:
        written = own.stream.read(LARGEST_PROFILE)
        try:
            made = checked(written, own.filename, PROFILES[kind])
        except Refused as refused:
            raise Refused(refused.words, "profile_file") from None
        facts |= {"profile": made.name, "own": written.decode()}
    return facts


@blueprint.route("/import/held/<token>", methods=["GET", "POST"])
@allow(Permission.LOG_IMPORT)
def import_look(token: str) -> ResponseReturnValue:
    """Second and third step: what would be taken, and taking it."""
    held = _held(token)
    kind, form = held.facts["kind"], BaseForm()
    if form.validate_on_submit():
        try:
            report = _RUN[kind](held, True)
            _remember(held, report)
        except Refused as refused:
            from audit_app.core.db import db

            db.session.rollback()
            form.add_refusal(refused)
        else:
            return _done(held, report)
    return _look(held, kind, form)


def _remember(held: Held, report: Report) -> None:
    """Keep how the file was read, when that is asked for; say of which source the import is."""
    name, kind = request.form.get("source_name", "").strip(), held.facts["kind"]
    if request.form.get("remember") != "yes" or not name:
        known = sources.match(held.filename, kind)
        if known is not None:
            sources.used(known, report)
        return
    if kind == VALUES:
        reading = read_values(held.path, held.filename, **_values_choices(held), by=current_user)
        headers = {column.letter: column.header for column in reading.table.columns}
        mapping = {key: headers.get(letter) or letter for key, letter in reading.mapping.items()}
        kept: dict[str, Any] = {"sheet": reading.table.sheet if len(reading.table.sheets) > 1 else None}
        kept |= {"mapping": None if reading.wide else mapping, "day_first": _day_first(held)}
    else:
        profile = sources.profile_of(kind, held.facts, held.path)
        kept = {key: held.facts[key] for key in KEPT if held.facts.get(key)} | {"profile": profile.name}
    headings = sources.headings_of(held.path, kind, kept)
    source = sources.remember(name, held.filename, kind, kept, headings, by=current_user)
    sources.used(source, report)


def _look(held: Held, kind: str, form: BaseForm) -> ResponseReturnValue:
    """The preview; a file that cannot be read at all says why and asks for another."""
    report, reading, refusal, changed = None, None, "", None
    source = sources.match(held.filename, kind)
    try:
        if source is not None:
            changed = sources.changed(source, sources.headings_of(held.path, kind, source.reading))
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
        source=source,
        changed=changed,
        source_name=source.name if source is not None else sources.pattern_of(held.filename),
        kind_label=exports.kind_label,
        chosen={each.key: request.values.get(each.key, "") for each in LONG},
    ), status


def _done(held: Held, report: Report) -> ResponseReturnValue:
    holding.drop(uploads.folder(), current_user.id, held.token)
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


def _day_first(held: Held) -> bool | None:
    """The order of day and month, as chosen on the preview or remembered."""
    chosen = {"day": True, "month": False}.get(request.values.get("day_first", ""))
    return held.facts.get("day_first") if chosen is None else chosen


def _values_choices(held: Held) -> dict[str, Any]:
    """Sheet, columns and order of day and month, as chosen on the preview; else as remembered."""
    mapping = {each.key: request.values[each.key] for each in LONG if request.values.get(each.key)}
    return {
        "sheet": request.values.get("sheet") or held.facts.get("sheet"),
        "mapping": mapping or held.facts.get("mapping") or None,
        "day_first": _day_first(held),
    }


def _values_preview(held: Held) -> tuple[Report, Any]:
    reading, report = services.preview_measurements(
        held.path, held.filename, **_values_choices(held), by=current_user
    )
    return report, reading


def _values(held: Held, _store: bool) -> Report:
    good = request.values.get("good_only") == "yes"
    return services.import_measurements(
        held.path, filename=held.filename, good_only=good, by=current_user, **_values_choices(held)
    )


def _take_out() -> bool:
    """Whether rows that the file no longer holds are to go."""
    return request.values.get("gone") == "out"


def _tickets(held: Held, store: bool) -> Report:
    profile, out = sources.profile_of(TICKETS, held.facts, held.path), _take_out()
    if store:
        return services.import_tickets(
            held.path, profile, by=current_user, filename=held.filename, take_out=out
        )
    return services.preview_tickets(held.path, profile, held.filename, take_out=out)


def _outages(held: Held, store: bool) -> Report:
    profile = sources.profile_of(OUTAGES, held.facts, held.path)
    chosen = sources.outage_choices(held.facts, profile) | {"take_out": _take_out()}
    if store:
        return services.import_outages(held.path, by=current_user, filename=held.filename, **chosen)
    return services.preview_outages(held.path, filename=held.filename, **chosen)


_RUN: dict[str, Callable[[Held, bool], Report]] = {VALUES: _values, TICKETS: _tickets, OUTAGES: _outages}
