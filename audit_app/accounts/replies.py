"""What the routes of the domains answer in common."""

from typing import Any

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts import queries as accounts
from audit_app.accounts.language import LOCALES, short
from audit_app.core.clock import now, zone
from audit_app.exports import xlsx
from audit_app.exports.sheet import Sheet, Workbook
from audit_app.web import downloads


def me() -> Any:
    """The person behind the proxy: a relationship takes no proxy."""
    return current_user._get_current_object()


def saved(url: str) -> ResponseReturnValue:
    """Say that it is saved, and go on."""
    flash(_("Saved"), "success")
    return redirect(url, 303)


def page(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    """A page with a form: 422 when it was refused, with everything typed."""
    return render_template(template, form=form, **context), 422 if form.is_submitted() else 200


def workbook(sheet: Sheet, name: str) -> ResponseReturnValue:
    """One sheet as a file; called inside the language that was asked for."""
    organisation = accounts.organisation()
    book = Workbook(
        (sheet,), title=sheet.title, organisation=organisation.name if organisation else "", created=now(),
        language=LOCALES[short()], zone=zone(),
    )  # fmt: skip
    return downloads.send(xlsx.render(book), f"{name}.xlsx", downloads.XLSX)
