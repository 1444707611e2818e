"""Sources of files: how each is read, what the folder brought, and looking at what waits."""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts import queries as accounts
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.indicators import exports, forms, long_imports, pickup, sources
from audit_app.indicators.blueprint import blueprint
from audit_app.indicators.routes_import import begin
from audit_app.indicators.taking import Choices
from audit_app.web import holding, uploads
from audit_app.web.access import allow
from audit_app.web.forms import BaseForm, refused_or, rows_as_choices
from audit_app.web.pages import paginate


@blueprint.get("/sources")
@allow(Permission.LOG_IMPORT)
def sources_list() -> ResponseReturnValue:
    """The remembered sources, and what the last runs found."""
    settings = current_app.config["SETTINGS"]
    return render_template(
        "indicators/sources.html",
        sources=list(db.session.scalars(sources.listed())),
        paging=paginate(pickup.listed()),
        folder=settings.pickup_dir,
        kind_label=exports.kind_label,
        form=BaseForm(),
    )


@blueprint.route("/sources/<int:id>", methods=["GET", "POST"])
@allow(Permission.LOG_IMPORT)
def source(id: int) -> ResponseReturnValue:
    """One source: its names, owner and day; how its files are read."""
    found = sources.get(id, to=current_user)
    form = forms.SourceForm(obj=found)
    form.owner_id.choices = rows_as_choices(accounts.active_people(), empty=True)
    fresh = form.validate_on_submit() and form.check_fresh(found)
    if fresh and refused_or(form, sources.edit, found, **form.values(), by=current_user):
        flash(_("“%(name)s” is saved.", name=found.name), "success")
        return redirect(url_for(".sources_list"), 303)
    return render_template(
        "indicators/source.html", source=found, form=form, kind_label=exports.kind_label
    ), 422 if form.is_submitted() else 200


@blueprint.post("/sources/waiting/<int:id>")
@allow(Permission.LOG_IMPORT)
def source_waiting(id: int) -> ResponseReturnValue:
    """Look at a file that waits: the same preview as of a file that is uploaded."""
    row, path = pickup.waiting_file(id, current_app.config["SETTINGS"].pickup_folder)
    assert row.source is not None
    facts = {**row.source.reading, "kind": row.source.kind, "source": row.source.id, "picked": row.id}
    facts["lies"] = row.kept_as
    with path.open("rb") as file:
        held = holding.keep(uploads.folder(), current_user.id, row.filename, file, **facts)
    if long_imports.is_long(held):
        begin(held, long_imports.LOOK, Choices())
    return redirect(url_for(".import_look", token=held.token), 303)
