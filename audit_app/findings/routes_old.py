"""Taking in an old register of nonconformities: upload, say which column is which, see it, import."""

import hashlib
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField, FileRequired

from audit_app.accounts import queries as accounts
from audit_app.accounts import replies
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import old_fields, old_importing, old_services
from audit_app.findings.blueprint import blueprint
from audit_app.findings.old_importing import OldPreview
from audit_app.web import holding, uploads
from audit_app.web.access import allow
from audit_app.web.forms import BaseForm, refused_or, row, rows_as_choices, text
from audit_app.web.holding import Held

IMPORT = Permission.AUDIT_PLAN
SHOWN = 20
"""Rows shown before the import."""
LARGEST = 20 << 20
"""Bytes of a sheet with nonconformities."""


class UploadForm(BaseForm):
    """The file, and whose register it is."""

    file = FileField(_l("XLSX or CSV file"), validators=[FileRequired(_l("Choose a file first."))])
    source = text(
        _l("Whose register"), need=True, longest=100,
        description=_l("For example “NC register of the Shanghai site”. The columns chosen are remembered "
            "under this name."),
    )  # fmt: skip


class SaveForm(BaseForm):
    """Who owns the open rows that name nobody."""

    owner_id = row(
        _l("Owner of open rows without one"),
        description=_l("Only for open rows whose owner is not known here and whose process has none."),
    )

    def offer(self) -> "SaveForm":
        """People who may answer findings."""
        people = accounts.people_with(Permission.FINDING_ANSWER)
        self.owner_id.choices = rows_as_choices(people, empty=True)
        return self


@blueprint.route("/old", methods=["GET", "POST"])
@allow(IMPORT)
def old_upload() -> ResponseReturnValue:
    """Step 1: the file."""
    form = UploadForm()
    if form.validate_on_submit():
        token = refused_or(form, _take_in, form)
        if token is not None:
            return redirect(url_for("findings.old_preview", token=token), 303)
    return replies.page("findings/old_upload.html", form, sources=old_services.sources())


def _take_in(form: UploadForm) -> str:
    """Keep the file if it can be read at all."""
    file, mine = form.file.data, replies.me().id
    held = holding.keep(
        uploads.folder(),
        mine,
        file.filename or "",
        file.stream,
        largest=LARGEST,
        old_register=form.source.data,
    )
    try:
        old_importing.preview(held.path.read_bytes(), held.filename, old_services.known())
    except Refused:
        holding.drop(uploads.folder(), mine, held.token)
        raise
    return held.token


@blueprint.get("/old/<token>")
@allow(IMPORT)
def old_preview(token: str) -> ResponseReturnValue:
    """Step 2: sheet, heading, columns, and what would be imported."""
    held = _fetch(token)
    found, refusal = _preview(held, request.args)
    return _page(held, SaveForm().offer(), found, refusal)


@blueprint.post("/old/<token>")
@allow(IMPORT)
def old_save(token: str) -> ResponseReturnValue:
    """Step 3: the rows become findings, all or none."""
    held, form = _fetch(token), SaveForm().offer()
    found, refusal = _preview(held, request.form)
    if form.validate() and found is not None and not found.refusal:
        register = refused_or(form, _import, held, form, found)
        if register is not None:
            holding.drop(uploads.folder(), replies.me().id, token)
            flash(
                ngettext("%(num)s finding is imported.", "%(num)s findings are imported.", register.rows),
                "success",
            )
            return redirect(url_for("findings.index", register=register.id), 303)
        found, refusal = _preview(held, request.form)
    return _page(held, form, found, refusal), 422


def _import(held: Held, form: SaveForm, found: OldPreview) -> Any:
    owner = db.session.get(Person, form.owner_id.data) if form.owner_id.data else None
    return old_services.take_in(
        found.rows, found.numbers, source=held.facts["old_register"], filename=held.filename,
        sha256=hashlib.sha256(held.path.read_bytes()).hexdigest(), sheet=found.table.sheet or "",
        mapping=found.headings, owner=owner, by=replies.me(),
    )  # fmt: skip


def _fetch(token: str) -> Held:
    return uploads.waiting(token, replies.me().id, "old_register")


def _preview(held: Held, given: Any) -> tuple[OldPreview | None, Any]:
    """The preview for the choices in an address or a form."""
    chosen = uploads.choices(given, (field.key for field in old_fields.COLUMNS))
    chosen["day_first"] = {"day": True, "month": False}.get(given.get("order", ""))
    look = partial(
        old_importing.preview,
        held.path.read_bytes(),
        held.filename,
        old_services.known(),
        remembered=old_services.remembered(held.facts["old_register"]),
    )
    return uploads.previewed(look, chosen)


def _page(held: Held, form: SaveForm, found: OldPreview | None, refusal: Any) -> str:
    rows = list(zip(found.numbers, found.rows, strict=True)) if found else []
    return render_template(
        "findings/old_preview.html",
        token=held.token,
        filename=held.filename,
        source=held.facts["old_register"],
        form=form,
        found=found,
        refusal=refusal,
        fields=old_fields.COLUMNS,
        order=request.values.get("order", ""),
        rows=rows[:SHOWN],
        count=len(rows),
    )
