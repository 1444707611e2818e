"""The trends of the system itself over HTTP: page, paper, workbook."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.exports import names
from audit_app.indicators import system_screens
from audit_app.indicators.blueprint import blueprint
from audit_app.web import downloads
from audit_app.web.access import allow
from audit_app.web.pages import arguments

MEDIA = {"pdf": downloads.PDF, "xlsx": downloads.XLSX}


@blueprint.get("/system")
@allow(Permission.INDICATOR_SEE)
def system() -> ResponseReturnValue:
    """How nonconformities, audits and clauses go, month by month; each figure opens its rows."""
    return render_template(
        "indicators/system.html", **system_screens.page(current_user, arguments(system_screens.FILTERS))
    )


@blueprint.get("/system.<kind>")
@allow(Permission.INDICATOR_SEE)
def system_file(kind: str) -> ResponseReturnValue:
    """The part that is shown, on paper or as a workbook."""
    if kind not in MEDIA:
        abort(404)
    given = arguments(system_screens.FILTERS)
    content = system_screens.made(current_user, given, downloads.asked_language(), kind)
    name = names.download_name(system_screens.title(system_screens.View.of(given.get("view", ""))), kind)
    return downloads.send(content, name, MEDIA[kind], inline=kind == "pdf")
