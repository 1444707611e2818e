"""The approved versions of a programme and how each differs from the one before."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.planning import rights
from audit_app.planning.blueprint import blueprint
from audit_app.programme import queries as programme
from audit_app.programme import versions
from audit_app.web.access import allow


@blueprint.get("/<int:year>/versions")
@allow(Permission.PROGRAMME_SEE)
def version_list(year: int) -> ResponseReturnValue:
    """Every approved version, and what has changed since the last."""
    rights.only_who_sees_every_audit()
    plan = programme.programme_of(year, to=current_user)
    audits, gaps = versions.since_approval(plan)
    return render_template(
        "planning/versions.html",
        programme=plan,
        versions=versions.of(plan)[::-1],
        differences=audits,
        gaps=gaps,
    )


@blueprint.get("/<int:year>/versions/<int:number>")
@allow(Permission.PROGRAMME_SEE)
def version(year: int, number: int) -> ResponseReturnValue:
    """One version as it was approved, and the difference to the one before."""
    rights.only_who_sees_every_audit()
    plan = programme.programme_of(year, to=current_user)
    found, before = versions.get(plan, number)
    return render_template(
        "planning/version.html", programme=plan, version=found, before=before,
        differences=versions.difference(before.audits, found.audits) if before else [],
        gaps=versions.gap_difference(before.gaps, found.gaps) if before else [],
    )  # fmt: skip
