"""Reporting oneself: whoever answers findings may also say what went wrong in their own area."""

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audit_app.accounts import replies
from audit_app.accounts.permissions import Permission
from audit_app.findings import queries, services
from audit_app.findings.blueprint import blueprint
from audit_app.findings.forms import RowsForm, _coded
from audit_app.findings.models import Grade, Origin
from audit_app.web.access import allow
from audit_app.web.forms import long_text, refused_or, row, rows_as_choices, text


class OwnForm(RowsForm):
    """What went wrong, seen by those who do the work. Clause and grade are an auditor's to say."""

    nonconformity = long_text(
        _l("What went wrong"), need=True, rows=3, description=_l("What should have happened, and what did?")
    )
    objective_evidence = long_text(
        _l("Objective evidence"), need=True, rows=3,
        description=_l("What you saw: records, dates, numbers, how many of how many."),
    )  # fmt: skip
    location = text(_l("Location"), longest=500)
    process_id = row(_l("Process"))
    department_id = row(_l("Department"))

    def offer(self, person: Any) -> "OwnForm":
        """Names; one's own department comes first."""
        self.process_id.choices = rows_as_choices(queries.processes(), empty=True, show=_coded)
        self.department_id.choices = rows_as_choices(queries.departments(), empty=True, show=_coded)
        if not self.is_submitted():
            self.department_id.data = person.department_id
        return self


@blueprint.route("/own", methods=["GET", "POST"])
@allow(Permission.FINDING_ANSWER)
def own() -> ResponseReturnValue:
    """Report what went wrong in one's own area: a draft that a lead auditor completes and issues."""
    form = OwnForm().offer(replies.me())
    if form.validate_on_submit():
        facts = form.facts() | {"title": "", "requirement": "", "clause": "", "owner": None}
        made = refused_or(
            form,
            services.raise_finding,
            **facts,
            grade=Grade.MINOR,
            origin=Origin.SELF_REPORTED,
            by=replies.me(),
        )
        if made is not None:
            flash(
                _("Thank you. %(code)s is written down; a lead auditor looks at it.", code=made.code),
                "success",
            )
            return redirect(url_for("findings.show", id=made.id), 303)
    return replies.page("findings/own.html", form)
