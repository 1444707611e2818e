"""The charts of the register over HTTP: page, paper, workbook."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.findings import chart_screens, exports
from audit_app.findings.blueprint import blueprint
from audit_app.web import downloads
from audit_app.web.access import allow
from audit_app.web.kept import kept
from audit_app.web.pages import arguments

MEDIA = {"pdf": downloads.PDF, "xlsx": downloads.XLSX}


@blueprint.get("/charts")
@allow(Permission.FINDING_SEE)
@kept
def charts() -> ResponseReturnValue:
    """Ageing, first dates, repeats, causes, distribution; each figure opens its findings."""
    return render_template(
        "findings/charts.html", **chart_screens.page(current_user, arguments(chart_screens.FILTERS))
    )


@blueprint.get("/charts.<kind>")
@allow(Permission.FINDING_SEE)
def charts_file(kind: str) -> ResponseReturnValue:
    """The same on paper or as a workbook."""
    if kind not in MEDIA:
        abort(404)
    content = chart_screens.made(
        current_user, arguments(chart_screens.FILTERS), downloads.asked_language(), kind
    )
    name = exports.filename(_("Charts of the register"), kind)
    return downloads.send(content, name, MEDIA[kind], inline=kind == "pdf")
