"""Importing files: choose, look at what would be taken, confirm. Nothing is stored before the last step."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.language import short
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.core.fingerprint import sha256_of
from audit_app.indicators import (
    exports,
    forms,
    kept_reports,
    levels,
    long_imports,
    pickup,
    queries,
    sources,
    taking,
)
from audit_app.indicators.blueprint import blueprint
from audit_app.indicators.logs import ProblemKind
from audit_app.indicators.profiles import checked, known_zone
from audit_app.indicators.sources import OUTAGES, PROFILES, TICKETS, VALUES
from audit_app.indicators.taking import Choices
from audit_app.indicators.values_import import LONG
from audit_app.web import holding, jobs, uploads
from audit_app.web.access import allow
from audit_app.web.forms import BaseForm
from audit_app.web.holding import Held
from audit_app.web.jobs import Job, State
from audit_app.web.pages import paginate
from audit_app.web.transactions import commit_now

KINDS: dict[str, Any] = {VALUES: forms.UploadForm, TICKETS: forms.LogForm, OUTAGES: forms.OutageForm}
LARGEST_PROFILE = 200_000


def _held(token: str) -> Held:
    return holding.fetch(uploads.folder(), current_user.id, token)


@blueprint.get("/imports")
@allow(Permission.INDICATOR_SEE)
def imports() -> ResponseReturnValue:
    """The files that were read in."""
    return render_template(
        "indicators/imports.html",
        paging=paginate(queries.imports()),
        kind_label=exports.kind_label,
        mine=_mine(),
    )


@blueprint.get("/imports.xlsx")
@allow(Permission.INDICATOR_SEE)
def imports_export() -> ResponseReturnValue:
    """The same list as a workbook."""
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
            held = _keep(kind, form)
            if long_imports.is_long(held):
                begin(held, long_imports.LOOK, Choices())
            return redirect(url_for(".import_look", token=held.token), 303)
        except Refused as refused:
            form.add_refusal(refused)
    status = 422 if form.is_submitted() else 200
    return render_template(
        "indicators/import.html", form=form, kind=kind, watched=queries.watched(), mine=_mine()
    ), status


def _mine() -> list[Job]:
    """One's own long logs that are not taken in yet."""
    found = jobs.mine(uploads.folder(), current_user.id)
    return [each for each in found if not each.result.get("import")]


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
    """Second and third step: what would be taken, and taking it. A long log does both outside of the request:
    the page then tells how far it is.
    """
    job = jobs.look(uploads.folder(), current_user.id, token)
    there = _elsewhere(job) if job is not None else None
    if there is not None:
        return there if request.method == "GET" else redirect(url_for(".import_look", token=token), 303)
    held, form = _held(token), BaseForm()
    if not form.validate_on_submit():
        return _look(held, form, job)
    if job is not None:
        begin(held, long_imports.TAKE, replace(_choices(), take_out=bool(job.facts.get("take_out"))))
        return redirect(url_for(".import_look", token=token), 303)
    try:
        report = taking.take(held, _choices(), by=current_user)
    except Refused as refused:
        db.session.rollback()
        form.add_refusal(refused)
        return _look(held, form, job)
    assert report.stored is not None
    made = report.stored.id
    commit_now()
    _put_away(held)
    holding.drop(uploads.folder(), current_user.id, held.token)
    flash(_done(report.filename, report.changed), "success")
    return redirect(url_for(".imported", id=made), 303)


def _put_away(held: Held) -> None:
    """Move the file of the folder that an upload is a copy of, if it is one."""
    folder = current_app.config["SETTINGS"].pickup_folder
    pickup.put_away(held.facts.get("picked"), held.facts.get("lies"), folder)


def begin(held: Held, step: str, chosen: Choices) -> None:
    """Let an upload be read, or taken in, outside of the request."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # a thread needs the application
    long_imports.begin(app, uploads.folder(), current_user.id, held, step, chosen)


def _elsewhere(job: Job) -> ResponseReturnValue | None:
    """What the page of an upload shows instead of its preview: how far its reading is, that it broke off, or
    (as an address) the import it has become. None: the preview is ready.
    """
    if job.goes_on:
        return render_template("indicators/working.html", job=job, kind_label=exports.kind_label)
    made = job.result.get("import") or _stored_before_it_ended(job)
    if made:
        flash(_done(job.filename, job.result.get("changed")), "success")
        return redirect(url_for(".imported", id=made), 303)
    if job.state in (State.FAILED, State.LOST):
        return render_template("indicators/broken_off.html", job=job, form=BaseForm(), state=job.state.value)
    return None


def _stored_before_it_ended(job: Job) -> int | None:
    if job.goes_on:
        return None
    found = long_imports.stored_by(job, current_user.id)
    return found.id if found is not None else None


@blueprint.get("/import/held/<token>/working")
@allow(Permission.LOG_IMPORT)
def import_working(token: str) -> ResponseReturnValue:
    """How far it is, as the piece of the page that asks again; when it has ended the page comes anew."""
    job = jobs.look(uploads.folder(), current_user.id, token)
    if job is None:
        raise NotVisible
    if job.goes_on:
        return render_template("indicators/_working.html", job=job)
    reply = make_response("", 204)
    reply.headers["HX-Redirect"] = url_for(".import_look", token=token)
    return reply


@blueprint.post("/import/held/<token>/again")
@allow(Permission.LOG_IMPORT)
def import_again(token: str) -> ResponseReturnValue:
    """Read a long log again: after it broke off, or with the other choice for rows that are gone."""
    held, job = _held(token), jobs.look(uploads.folder(), current_user.id, token)
    before = job.facts.get("take_out") if job is not None else False
    out = {"out": True, "keep": False}.get(request.args.get("gone", ""), bool(before))
    begin(held, long_imports.LOOK, Choices(take_out=out))
    return redirect(url_for(".import_look", token=token), 303)


def _look(held: Held, form: BaseForm, job: Job | None) -> ResponseReturnValue:
    """The preview; a file that cannot be read at all says why and asks for another."""
    report, reading, refusal, changed, kind = None, None, "", None, held.facts["kind"]
    source = sources.match(held.filename, kind)
    try:
        if source is not None:
            changed = sources.changed(source, sources.headings_of(held.path, kind, source.reading))
        if job is None:
            report, reading = taking.look(held, _choices(), by=current_user)
        elif job.result.get("report"):
            report = kept_reports.whole(job.result["report"][short()])
    except Refused as refused:
        refusal = str(refused)
    if job is not None and job.result.get("refused"):
        refusal = job.result["refused"][short()]
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
        outside=job is not None,
    ), status


def _done(filename: str, changed: int | None) -> str:
    if changed is None:
        return _("“%(name)s” is imported.", name=filename)
    return _(
        "“%(name)s” is imported: %(count)s monthly figures are new or changed.", name=filename, count=changed
    )


@blueprint.post("/import/held/<token>/drop")
@allow(Permission.LOG_IMPORT)
def import_drop(token: str) -> ResponseReturnValue:
    """Give the upload up; a file of the folder is then settled too: it is not taken in."""
    held, job = _held(token), jobs.look(uploads.folder(), current_user.id, token)
    if job is not None and job.goes_on and job.step == long_imports.TAKE:
        raise Refused(_("It is being stored at this moment. Wait until that is done."))
    picked = held.facts.get("picked")
    if picked is not None:
        pickup.refuse(picked, by=current_user)
        commit_now()
        _put_away(held)
    holding.drop(uploads.folder(), current_user.id, held.token)
    flash(_("Nothing was imported."), "info")
    back = url_for(".import_new", kind=held.facts["kind"]) if picked is None else url_for(".sources_list")
    return redirect(back, 303)


def _choices() -> Choices:
    """Sheet, columns and order of day and month, rows that are gone, and the name to remember the reading by,
    as chosen on the preview.
    """
    given = request.values
    name = request.form.get("source_name", "").strip() if request.form.get("remember") == "yes" else ""
    return Choices(
        sheet=given.get("sheet") or None,
        mapping={each.key: given[each.key] for each in LONG if given.get(each.key)} or None,
        day_first={"day": True, "month": False}.get(given.get("day_first", "")),
        good_only=given.get("good_only") == "yes",
        take_out=given.get("gone") == "out",
        remember=name,
    )
