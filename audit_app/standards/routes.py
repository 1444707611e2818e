"""Licensed clause texts: their sources, the import in two steps, the withdrawal; and the crosswalk."""

import hashlib
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from audit_app.accounts import replies
from audit_app.accounts.permissions import Permission
from audit_app.core.errors import Refused
from audit_app.standards import crosswalk as topics
from audit_app.standards import forms, importing, queries, services
from audit_app.standards.importing import TextPreview
from audit_app.trail import queries as trail
from audit_app.web import holding, uploads
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.holding import Held
from audit_app.web.pages import paginate

blueprint = Blueprint("standards", __name__, url_prefix="/standards")

SEE, EDIT = Permission.TEMPLATE_SEE, Permission.TEMPLATE_EDIT
SHOWN = 20
"""Rows shown before the import."""
LARGEST = 20 << 20
"""Bytes of a sheet with clause texts."""


@blueprint.get("/")
@allow(SEE)
def index() -> ResponseReturnValue:
    """What was imported under which licence."""
    return render_template("standards/index.html", paging=paginate(queries.sources_visible_to(current_user)))


@blueprint.get("/crosswalk")
@allow(SEE)
def crosswalk() -> ResponseReturnValue:
    """Which clauses of which standards are about the same subject."""
    return render_template("standards/crosswalk.html", crosswalk=topics.shipped())


@blueprint.get("/<int:id>")
@allow(SEE)
def show(id: int) -> ResponseReturnValue:
    """One source: its licence for everybody here, its texts for those who may read them."""
    source = queries.get_source(id, to=current_user)
    return render_template(
        "standards/show.html",
        source=source,
        paging=paginate(queries.texts_of(source, to=current_user)),
        may_read=current_user.may(Permission.CLAUSE_TEXT_SEE),
        history=trail.history(source),
    )


@blueprint.route("/<int:id>/withdraw", methods=["GET", "POST"])
@allow(EDIT)
def withdraw(id: int) -> ResponseReturnValue:
    """Delete the texts of a source."""
    source, form = queries.get_source(id, to=current_user), forms.WithdrawForm()
    if form.validate_on_submit() and refused_or(
        form, services.withdraw, source, form.reason.data, by=replies.me()
    ):
        flash(_("The texts are deleted. The record of the import stays."), "success")
        return redirect(url_for(".show", id=id), 303)
    return replies.page("standards/withdraw.html", form, source=queries.get_source(id, to=current_user))


# --- import -------------------------------------------------------------------------------------------------
@blueprint.route("/import", methods=["GET", "POST"])
@allow(EDIT)
def import_upload() -> ResponseReturnValue:
    """Step 1: the file and its licence."""
    form = forms.ImportForm()
    if form.validate_on_submit():
        token = refused_or(form, _take_in, form)
        if token is not None:
            return redirect(url_for(".import_preview", token=token), 303)
    return replies.page("standards/import.html", form)


def _take_in(form: forms.ImportForm) -> str:
    """Keep the file with its licence, if the licence is whole and the file can be read at all."""
    services.check(form.licence())
    file, mine = form.file.data, replies.me().id
    held = holding.keep(
        uploads.folder(), mine, file.filename or "", file.stream, largest=LARGEST, licence=form.facts()
    )
    try:
        importing.preview(held.path.read_bytes(), held.filename)
    except Refused:
        holding.drop(uploads.folder(), mine, held.token)
        raise
    return held.token


@blueprint.get("/import/<token>")
@allow(EDIT)
def import_preview(token: str) -> ResponseReturnValue:
    """Step 2: sheet, heading, columns, and what would be imported."""
    held = _fetch(token)
    found, refusal = _preview(held, request.args)
    return _page(held, forms.SaveForm(), found, refusal)


@blueprint.post("/import/<token>")
@allow(EDIT)
def import_save(token: str) -> ResponseReturnValue:
    """Step 3: the rows become a source."""
    held, form = _fetch(token), forms.SaveForm()
    found, refusal = _preview(held, request.form)
    if form.validate() and found is not None and not found.refusal:
        facts = {"file_name": held.filename, "sha256": hashlib.sha256(held.path.read_bytes()).hexdigest()}
        source = refused_or(
            form,
            services.import_texts,
            found.rows,
            forms.licence_of(held.facts["licence"]),
            **facts,
            by=replies.me(),
        )
        if source is not None:
            holding.drop(uploads.folder(), replies.me().id, token)
            count = source.row_count
            flash(ngettext("%(num)d clause is imported.", "%(num)d clauses are imported.", count), "success")
            return redirect(url_for(".show", id=source.id), 303)
    return _page(held, form, found, refusal), 422


def _fetch(token: str) -> Held:
    return uploads.waiting(token, replies.me().id, "licence")


def _preview(held: Held, given: Any) -> tuple[TextPreview | None, Any]:
    """The preview for the choices in an address or a form."""
    data, language = held.path.read_bytes(), held.facts["licence"]["language"]
    chosen = uploads.choices(given, (field.key for field in importing.FIELDS))
    return uploads.previewed(partial(importing.preview, data, held.filename, language=language), chosen)


def _page(held: Held, form: Any, found: TextPreview | None, refusal: Any) -> str:
    rows = list(zip(found.numbers, found.rows, strict=True)) if found else []
    return render_template(
        "standards/preview.html",
        token=held.token,
        filename=held.filename,
        licence=forms.licence_of(held.facts["licence"]),
        form=form,
        found=found,
        refusal=refusal,
        fields=importing.FIELDS,
        needed=importing.NEEDED,
        rows=rows[:SHOWN],
        count=len(rows),
    )
