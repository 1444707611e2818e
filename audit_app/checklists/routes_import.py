"""Importing a checklist: upload, choose what is what, see it, take it in as a draft."""

from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from audit_app.accounts.permissions import Permission
from audit_app.checklists import forms, importing, services
from audit_app.checklists.blueprint import blueprint
from audit_app.checklists.importing import ChecklistPreview
from audit_app.checklists.routes_library import me
from audit_app.core.errors import Refused
from audit_app.web import holding, uploads
from audit_app.web.access import allow
from audit_app.web.forms import refused_or

SHOWN = 20
"""Rows shown before the import."""
LARGEST = 20 << 20
"""Bytes of a sheet with questions."""


@blueprint.route("/checklists/import", methods=["GET", "POST"])
@allow(Permission.TEMPLATE_EDIT)
def import_upload() -> ResponseReturnValue:
    """Step 1: choose the file."""
    form = forms.UploadForm()
    if form.validate_on_submit():
        token = refused_or(form, _take_in, form.file.data)
        if token is not None:
            return redirect(url_for("checklists.import_preview", token=token), 303)
    return render_template("checklists/import.html", form=form), 422 if form.is_submitted() else 200


def _take_in(file: Any) -> str:
    """Keep the file if it can be read at all."""
    held = holding.keep(uploads.folder(), me().id, file.filename or "", file.stream, largest=LARGEST)
    try:
        importing.preview(held.path.read_bytes(), held.filename)
    except Refused:
        holding.drop(uploads.folder(), me().id, held.token)
        raise
    return held.token


@blueprint.get("/checklists/import/<token>")
@allow(Permission.TEMPLATE_EDIT)
def import_preview(token: str) -> ResponseReturnValue:
    """Step 2: sheet, heading, columns, and what would be imported."""
    name, data = _fetch(token)
    form = forms.ImportForm(data={"title": importing.title_of(name)})
    found, refusal = _preview(data, name, request.args)
    return _page(token, name, form, found, refusal)


@blueprint.post("/checklists/import/<token>")
@allow(Permission.TEMPLATE_EDIT)
def import_save(token: str) -> ResponseReturnValue:
    """Step 3: the rows become a draft."""
    name, data = _fetch(token)
    form = forms.ImportForm()
    found, refusal = _preview(data, name, request.form)
    if form.validate() and found is not None and not found.refusal:
        version = refused_or(
            form, services.import_template, found.rows, title=form.title.data, source=name, by=me()
        )
        if version is not None:
            holding.drop(uploads.folder(), me().id, token)
            flash(
                ngettext(
                    "%(num)d question is imported as a draft. Read it through, then publish it.",
                    "%(num)d questions are imported as a draft. Read them through, then publish it.",
                    len(found.rows),
                ),
                "success",
            )
            return redirect(url_for("checklists.edit", id=version.id), 303)
    return _page(token, name, form, found, refusal), 422


def _fetch(token: str) -> tuple[str, bytes]:
    held = uploads.waiting(token, me().id)
    return held.filename, held.path.read_bytes()


def _preview(data: bytes, name: str, given: Any) -> tuple[ChecklistPreview | None, Any]:
    """The preview for the choices in an address or a form."""
    chosen = uploads.choices(given, (field.key for field in importing.FIELDS))
    return uploads.previewed(partial(importing.preview, data, name), chosen)


def _page(token: str, name: str, form: Any, found: Any, refusal: Any) -> str:
    rows = list(zip(found.numbers, importing.questions(found.rows), strict=True)) if found else []
    return render_template(
        "checklists/import_preview.html",
        token=token,
        filename=name,
        form=form,
        found=found,
        refusal=refusal,
        fields=importing.FIELDS,
        rows=rows[:SHOWN],
        count=len(rows),
    )
