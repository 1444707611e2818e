"""An audit's checklists: add, answer, look through, print."""

import uuid
from pathlib import Path
from typing import Any

from flask import (
    Response,
    after_this_request,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audit_app.accounts.library import clause_order
from audit_app.accounts.permissions import Permission
from audit_app.checklists import (
    copies,
    devices,
    difference,
    exports,
    field_json,
    forms,
    one_answer,
    payload,
    queries,
    record_parts,
    rulings,
    sampling,
    scores,
    services,
    shell,
    sync,
)
from audit_app.checklists.blueprint import blueprint
from audit_app.checklists.fieldwork import Answer
from audit_app.checklists.models import Verdict
from audit_app.checklists.routes_library import me
from audit_app.core.errors import NotVisible
from audit_app.evidence import queries as evidence
from audit_app.exports import pdf, xlsx
from audit_app.exports.names import download_name
from audit_app.programme import queries as programme
from audit_app.programme.coverage import clauses_of
from audit_app.web import downloads
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.kept import fresh, kept

SEE = Permission.AUDIT_SEE


@blueprint.get("/audits/<int:audit_id>/checklists")
@allow(SEE)
def index(audit_id: int) -> ResponseReturnValue:
    """Where an audit's checklists stand: counts, sections, what is open, what is disputed."""
    audit = programme.get(audit_id, to=me())
    work = queries.fieldwork(audit, to=me())
    return render_template(
        "checklists/index.html",
        audit=audit,
        work=work,
        section_name=exports.section_name,
        may_answer=sync.may_answer(audit, me()),
        may_change=audit.open_for_answers and _may_change(audit),
        held=rulings.waiting(audit),
        offered=copies.offered(audit),
        skipped=record_parts.skipped(work),
        scores=scores.by_process(work),
    )


@blueprint.route("/audits/<int:audit_id>/checklists/add", methods=["GET", "POST"])
@allow(Permission.AUDIT_PLAN, Permission.ANSWER_RECORD)
def add(audit_id: int) -> ResponseReturnValue:
    """Give the audit its own copy of a checklist."""
    audit = programme.get(audit_id, to=me())
    versions, scope = queries.published(), sorted(clauses_of(audit), key=clause_order)
    form = forms.AddForm()
    form.offer(versions, scope, queries.question_counts(versions))
    if form.validate_on_submit():
        version = next(each for each in versions if each.id == form.version_id.data)
        clauses = scope if form.scope.data == "scope" else None
        made = refused_or(form, services.add_checklist, audit, version, clauses=clauses, by=me())
        if made is not None:
            flash(_("The checklist is added. It is this audit's own copy."), "success")
            return redirect(url_for("checklists.index", audit_id=audit_id), 303)
        audit = programme.get(audit_id, to=me())
    page = render_template("checklists/add.html", form=form, audit=audit, versions=versions, scope=scope)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/audit-checklists/<int:id>/remove")
@allow(Permission.AUDIT_PLAN, Permission.ANSWER_RECORD)
def remove(id: int) -> ResponseReturnValue:
    """Take an unanswered checklist out of its audit."""
    checklist = queries.get_checklist(id, to=me())
    audit_id = checklist.audit_id
    services.remove_checklist(checklist, by=me())
    flash(_("The checklist is taken out."), "success")
    return redirect(url_for("checklists.index", audit_id=audit_id), 303)


def new_id() -> str:
    """An id for an answer that is about to be given."""
    return str(uuid.uuid4())


@blueprint.get("/audits/<int:audit_id>/fieldwork")
@allow(SEE)
@kept
def fieldwork(audit_id: int) -> ResponseReturnValue:
    """The screen auditors work with; without a script each question is a form of its own."""
    audit = programme.get_alone(audit_id, to=me())
    work = queries.fieldwork(audit, to=me())
    asked = request.args.get("item", "")
    shown = work.answer(int(asked)) if asked.isdecimal() and len(asked) < 10 else None
    shown = shown or work.next_unanswered() or (work.answers[0] if work.answers else None)
    may_answer = audit.open_for_answers and sync.may_answer(audit, me())
    return _screen(audit, work, shown, may_answer)


def _screen(audit: Any, work: Any, shown: Answer | None, may_answer: bool, **more: Any) -> str:
    place = work.answers.index(shown) if shown else 0
    texts = queries.clause_texts(work, to=me())
    return render_template(
        "checklists/fieldwork.html",
        audit=audit,
        work=work,
        shown=shown,
        place=place,
        before=work.answers[place - 1] if shown and place else None,
        after=work.answers[place + 1] if shown and place + 1 < len(work.answers) else None,
        next_unanswered=work.next_unanswered(shown.item.id) if shown else None,
        may_answer=may_answer,
        verdicts=[(verdict, payload.ICONS[verdict.value]) for verdict in Verdict],
        icons=payload.ICONS,
        text=texts.get(shown.item.id) if shown else None,
        section_name=exports.section_name,
        data=payload.of_fieldwork(work, me(), texts, may_answer=may_answer)
        | {"tablet": fresh(key_of_tablet), "tablet_cookie": cookie_of_tablet()},
        revision_id=fresh(new_id),
        modules=shell.modules(Path(current_app.root_path, "static")),
        **more,
    )


def cookie_of_tablet() -> str:
    """Name of the cookie that says which of a person's tablets this is: with the prefix that binds it to this
    host over HTTPS, where cookies are sent over HTTPS only. The script writes it, too (``core.js``)."""
    prefix = "__Host-" if current_app.config["SETTINGS"].secure_cookies else ""
    return f"{prefix}tablet-{me().id}"


def key_of_tablet() -> str:
    """Id and store key of this tablet, if its cookie says which one it is: the store opens without a further
    question. The cookie holds nothing but the id; it is renewed, because script-written ones end."""
    name, former = cookie_of_tablet(), f"tablet-{me().id}"
    device = request.cookies.get(name) or request.cookies.get(former, "")
    if not field_json.is_uuid(device):
        return ""

    @after_this_request
    def renew(reply: Response) -> Response:
        secure = request.is_secure or name != former
        reply.set_cookie(name, device, max_age=400 * 86400, samesite="Lax", secure=secure)
        if name != former and former in request.cookies:
            reply.delete_cookie(former)
        return reply

    if devices.revoked(device):
        return device
    return f"{device} {devices.store_key(current_app.config['SECRET_KEY'], me(), device)}"


@blueprint.post("/audits/<int:audit_id>/fieldwork/answer")
@allow(Permission.ANSWER_RECORD)
def answer(audit_id: int) -> ResponseReturnValue:
    """One answer from a form, for browsers without the script: through the same door."""
    audit = programme.get(audit_id, to=me())
    reply = sync.receive(one_answer.batch(audit, request.form, me()), by=me())
    item = request.form.get("item", "")
    refusal = one_answer.say(next(iter(reply.results.values())))
    if refusal is None:
        return redirect(url_for("checklists.fieldwork", audit_id=audit_id, item=item), 303)
    work = queries.fieldwork(audit, to=me())
    shown = work.answer(int(item)) if item.isdecimal() and len(item) < 10 else None
    if shown is None:
        raise NotVisible
    return _screen(audit, work, shown, True, refusal=refusal, typed=request.form.get("note", "")), 422


@blueprint.get("/checklist-items/<int:id>")
@allow(SEE)
def item(id: int) -> ResponseReturnValue:
    """One question with its files and every answer it was ever given."""
    found = queries.get_item(id, to=me())
    audit = found.checklist.audit
    work = queries.fieldwork(audit, to=me())
    answer = work.answer(id)
    sample, files = answer.sample if answer else None, {file.id: file for file in evidence.of(audit)}
    return render_template(
        "checklists/item.html",
        item=found,
        answered_by=difference.answered_by,
        audit=audit,
        answer=answer,
        sample_words=sampling.in_words(sample) if sample else "",
        sample_failed=sampling.failed(sample) if sample else [],
        note_files={
            note.thread: [files[each] for each in note.files if each in files]
            for note in (answer.notes if answer else ())
        },
        findings=work.findings.get(id, []),
        before=work.earlier.get(id),
        revisions=queries.history(found),
        may_answer=audit.open_for_answers and sync.may_answer(audit, me()),
        may_attach=evidence.may_attach(found, me()),
    )


@blueprint.get("/audits/<int:audit_id>/record.xlsx")
@allow(SEE)
def record_xlsx(audit_id: int) -> ResponseReturnValue:
    """The record as a workbook."""
    audit = programme.get(audit_id, to=me())
    work = queries.fieldwork(audit, to=me())
    book = exports.workbook(exports.record_sheets(work), _("Checklist record"), audit.code)
    name = download_name(" ".join((audit.code, _("Checklist record"))), "xlsx")
    return downloads.send(xlsx.render(book), name, downloads.XLSX)


@blueprint.get("/audits/<int:audit_id>/record.pdf")
@allow(SEE)
def record_pdf(audit_id: int) -> ResponseReturnValue:
    """The record on paper."""
    audit = programme.get(audit_id, to=me())
    paper = exports.record_document(queries.fieldwork(audit, to=me()))
    name = download_name(" ".join((audit.code, _("Checklist record"))), "pdf")
    return downloads.send(pdf.render(paper), name, downloads.PDF)


def _may_change(audit: Any) -> bool:
    return me().may(Permission.AUDIT_PLAN) or sync.may_answer(audit, me())
