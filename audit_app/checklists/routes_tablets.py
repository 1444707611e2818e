"""Work that came from tablets: what waits for the lead auditor, the receipt, the tablets themselves."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audit_app.accounts.permissions import Permission
from audit_app.checklists import devices, forms, queries, receipt, rulings, saved_file
from audit_app.checklists.blueprint import blueprint
from audit_app.checklists.chain import last_row
from audit_app.checklists.models import RecordKind
from audit_app.checklists.routes_library import me
from audit_app.programme import queries as programme
from audit_app.web.access import allow, signed_in
from audit_app.web.forms import refused_or
from audit_app.web.pages import paginate

VERBS: dict[str, tuple[Any, str, Any]] = {
    "admit": (_l("Admit"), "primary", _l("It counts from now on, under its author's name and times.")),
    "reject": (_l("Reject"), "danger", _l("It does not count. It stays readable, with your reason.")),
    "file_late": (
        _l("File as late evidence"),
        "secondary",
        _l("It stays beside the audit and changes no answer."),
    ),
}
"""verb of ``rulings`` → label, tone, what it means."""


@blueprint.get("/audits/<int:audit_id>/tablets")
@allow(Permission.AUDIT_SEE)
def tablets(audit_id: int) -> ResponseReturnValue:
    """What waits for the lead auditor: held records, conflicts, missing files, malformed items, tablets."""
    audit = programme.get(audit_id, to=me())
    missing = rulings.missing_files(audit)
    return render_template(
        "checklists/tablets.html",
        audit=audit,
        held=rulings.waiting(audit),
        items={item.id: item for item in queries.items_of(audit)},
        decided=rulings.decided(audit),
        conflicts=queries.fieldwork(audit, to=me()).conflicts,
        missing=missing,
        uploads=rulings.names_of(missing),
        waivers=rulings.waivers(audit),
        quarantined=rulings.quarantined(audit),
        lines=receipt.lines(audit),
        may_rule=rulings.may_rule(audit, me()),
        verbs=VERBS,
    )


@blueprint.route("/audits/<int:audit_id>/tablets/<int:seq>/<verb>", methods=["GET", "POST"])
@allow(Permission.AUDIT_CONDUCT, Permission.AUDIT_PLAN)
def rule(audit_id: int, seq: int, verb: str) -> ResponseReturnValue:
    """Decide on one held record."""
    if verb not in VERBS:
        abort(404)
    audit = programme.get(audit_id, to=me())
    row, form = rulings.get_waiting(seq, audit), forms.RulingForm()
    back = url_for("checklists.tablets", audit_id=audit_id)
    if form.validate_on_submit():
        if refused_or(form, getattr(rulings, verb), row, audit, reason=form.reason.data or "", by=me()):
            flash(_("Decided. The record and your reason are kept."), "success")
            return redirect(back, 303)
        audit = programme.get(audit_id, to=me())
        row = rulings.get_waiting(seq, audit)
    return _asked(form, audit, row, *VERBS[verb])


@blueprint.route("/audits/<int:audit_id>/tablets/files/<key>/waive", methods=["GET", "POST"])
@allow(Permission.AUDIT_CONDUCT, Permission.AUDIT_PLAN)
def waive(audit_id: int, key: str) -> ResponseReturnValue:
    """Do without a file that never arrived."""
    audit, form = programme.get(audit_id, to=me()), forms.WaiverForm()
    row = rulings.missing_files(audit).get(key)
    if row is None:
        abort(404)
    back = url_for("checklists.tablets", audit_id=audit_id)
    if form.validate_on_submit():
        if refused_or(form, rulings.waive, key, audit, reason=form.reason.data or "", by=me()):
            flash(_("The audit does without this file; your reason is kept."), "success")
            return redirect(back, 303)
        audit = programme.get(audit_id, to=me())
    meaning = _("The record says that the file never arrived, and why.")
    return _asked(form, audit, row, _("Do without the file"), "danger", meaning)


def _asked(form: Any, audit: Any, row: Any, label: Any, tone: str, meaning: Any) -> ResponseReturnValue:
    """The page that asks for the reason of a decision."""
    page = render_template(
        "checklists/ruling.html", form=form, audit=audit, row=row, label=label, tone=tone, meaning=meaning,
        back=url_for("checklists.tablets", audit_id=audit.id),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/audits/<int:audit_id>/tablets/import", methods=["GET", "POST"])
@allow(Permission.AUDIT_CONDUCT, Permission.AUDIT_PLAN)
def import_saved(audit_id: int) -> ResponseReturnValue:
    """Bring a file of unsent answers that a tablet saved."""
    audit, form = programme.get(audit_id, to=me()), forms.SavedFileForm()
    if not rulings.may_rule(audit, me()):
        abort(403)
    if form.validate_on_submit():
        done = refused_or(form, _bring, form.file.data.stream.read(saved_file.LARGEST + 1), audit)
        if done:
            flash(_said(done), "success" if not (done.unreadable or done.files_refused) else "warning")
            return redirect(url_for("checklists.tablets", audit_id=audit_id), 303)
        audit = programme.get(audit_id, to=me())
    page = render_template("checklists/import_saved.html", form=form, audit=audit)
    return page, 422 if form.is_submitted() else 200


def _bring(content: bytes, audit: Any) -> saved_file.Outcome:
    return saved_file.take_in(saved_file.read(content), audit, by=me())


def _said(done: saved_file.Outcome) -> str:
    return _(
        "%(held)s records wait for your decision, %(known)s were here before, %(unreadable)s could not be "
        "read and are kept raw; %(files)s files are here, %(refused)s were refused.",
        held=done.held, known=done.known, unreadable=done.unreadable, files=done.files,
        refused=done.files_refused,
    )  # fmt: skip


@blueprint.get("/audits/<int:audit_id>/receipt")
@allow(Permission.AUDIT_SEE)
def receipt_page(audit_id: int) -> ResponseReturnValue:
    """What of which tablet is on the server: the audit's receipt, to print."""
    audit = programme.get(audit_id, to=me())
    lines = receipt.lines(audit)
    seq, row_hash = last_row()
    return render_template(
        "checklists/receipt.html", audit=audit, lines=lines, standing=rulings.standing(audit), seq=seq,
        row_hash=row_hash, kinds=list(RecordKind), waivers=rulings.waivers(audit),
    )  # fmt: skip


@blueprint.get("/tablets")
@signed_in
def device_list() -> ResponseReturnValue:
    """The tablets one may see: one's own, or everybody's."""
    return render_template("checklists/devices.html", paging=paginate(devices.visible_to(me())))


@blueprint.get("/tablets/<id>")
@signed_in
def device(id: str) -> ResponseReturnValue:
    """One tablet: what came from it, what it said still waits, and what to audit again should it be lost."""
    found = devices.get(id, to=me())
    whole, highest = devices.seen(found.id, found.person)
    again = receipt.to_audit_again(found)
    return render_template("checklists/device.html", device=found, whole=whole, highest=highest, again=again)


@blueprint.route("/tablets/<id>/revoke", methods=["GET", "POST"])
@signed_in
def device_revoke(id: str) -> ResponseReturnValue:
    """Shut a tablet out."""
    found, form = devices.get(id, to=me()), forms.RevokeForm()
    if form.validate_on_submit():
        done = refused_or(form, _shut_out, found, form.reason.data or "")
        if done:
            flash(
                _("The tablet is shut out. What is still on it reaches the lead auditor as held records."),
                "success",
            )
            return redirect(url_for("checklists.device", id=id), 303)
        found = devices.get(id, to=me())
    page = render_template("checklists/device_revoke.html", form=form, device=found)
    return page, 422 if form.is_submitted() else 200


def _shut_out(found: Any, reason: str) -> bool:
    devices.revoke(found, reason=reason, by=me())
    return True
