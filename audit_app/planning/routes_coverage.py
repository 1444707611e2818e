"""The coverage map, the answers behind its cells, and the reasons for what is left out."""

from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_login import current_user

from audit_app.accounts import replies
from audit_app.accounts.language import LOCALES, short
from audit_app.accounts.permissions import Permission
from audit_app.planning import exports, forms, maps, phrases, queries, rights
from audit_app.planning.blueprint import blueprint
from audit_app.programme import gaps
from audit_app.programme import queries as programme
from audit_app.programme.heatmap import Across, By, Mark
from audit_app.programme.models import Programme, ProgrammeState
from audit_app.web.access import allow
from audit_app.web.forms import refused_or


def _chosen() -> tuple[By, Across, bool]:
    """Rows, columns and span as the address asks; what it does not know is the usual."""
    by, across = request.args.get("by", ""), request.args.get("across", "")
    rows = By(by) if by in {each.value for each in By} else By.CLAUSE
    cycle = request.args.get("span") == "cycle"
    usual = Across.YEAR if cycle else Across.AUDIT if rows is By.CLAUSE else Across.MONTH
    columns = Across(across) if across in {each.value for each in _offered(cycle)} else usual
    return rows, columns, cycle


def _offered(cycle: bool) -> list[Across]:
    """What the columns can be: a cycle also by year, three columns that fit on a telephone."""
    return [Across.YEAR, Across.AUDIT, Across.MONTH] if cycle else [Across.AUDIT, Across.MONTH]


def _view(year: int) -> tuple[Programme, maps.View]:
    rights.only_who_sees_every_audit()
    plan = programme.programme_of(year, to=current_user)
    by, across, cycle = _chosen()
    return plan, maps.view(year, by, across, cycle=cycle, to=current_user)


@blueprint.get("/<int:year>/coverage")
@allow(Permission.PROGRAMME_SEE)
def coverage(year: int) -> ResponseReturnValue:
    """The map of a year or its cycle; for those who see every audit."""
    plan, found = _view(year)
    by, across, cycle = _chosen()
    return render_template(
        "planning/coverage.html", programme=plan, found=found, map=found.map, by=by, across=across,
        cycle=cycle, marks=list(Mark), bys=list(By), acrosses=_offered(cycle),
        given={"by": by.value, "across": across.value},
        open_gaps=len(gaps.unjustified(plan)),
    )  # fmt: skip


@blueprint.get("/<int:year>/coverage.xlsx")
@allow(Permission.PROGRAMME_SEE)
def coverage_export(year: int) -> ResponseReturnValue:
    """The map as a workbook, as chosen; ``?lang=`` chooses its language."""
    with force_locale(LOCALES[short()]):
        _plan, found = _view(year)
        return replies.workbook(exports.coverage(found), f"coverage-{year}")


@blueprint.get("/<int:year>/coverage/cell")
@allow(Permission.PROGRAMME_SEE)
def cell(year: int) -> ResponseReturnValue:
    """The checklist answers behind one cell."""
    plan, found = _view(year)
    row = next((each for each in found.map.rows if each.key == request.args.get("row")), None)
    column = next((each for each in found.map.columns if each.key == request.args.get("column")), None)
    if row is None or column is None:
        abort(404)
    return render_template(
        "planning/cell.html", programme=plan, found=found, row=row, column=column,
        cell=found.map.cell(row, column), behind=maps.behind(found, row, column, to=current_user),
        audits=[found.audits[each] for each in sorted(row.audits & column.audits)],
        back=url_for(".coverage", year=year, **_kept()),
    )  # fmt: skip


def _kept() -> dict[str, Any]:
    """What was chosen, for the way back to the map."""
    by, across, cycle = _chosen()
    return {"by": by.value, "across": across.value, "span": "cycle" if cycle else "year"}


@blueprint.route("/<int:year>/gaps", methods=["GET", "POST"])
@allow(Permission.PROGRAMME_SEE)
def left_out(year: int) -> ResponseReturnValue:
    """What the year does not cover, and why; the manager writes the reasons."""
    rights.only_who_sees_every_audit()
    plan = programme.programme_of(year, to=current_user)
    may_justify = current_user.may(Permission.PROGRAMME_EDIT) and plan.state is not ProgrammeState.CLOSED
    left = maps.left_out(plan, _suggested(plan), to=current_user)
    form = forms.GapForm().offer(left)
    if request.method == "POST" and not current_user.may(Permission.PROGRAMME_EDIT):
        abort(403)
    if form.validate_on_submit() and refused_or(
        form, gaps.justify, plan, form.gaps.data or [], form.reason.data or "", by=replies.me()
    ):
        return replies.saved(url_for(".left_out", year=year))
    return replies.page("planning/gaps.html", form, programme=plan, left=left, may_justify=may_justify)


def _suggested(plan: Programme) -> dict[str, str]:
    """Why the proposal left processes out of this year, in words."""
    lines = queries.reasons_for(plan.year)
    return {code: phrases.absence(line, plan.year) for code, line in lines.items()}


@blueprint.post("/<int:year>/gaps/suggested")
@allow(Permission.PROGRAMME_EDIT)
def take_suggestions(year: int) -> ResponseReturnValue:
    """Justify every open gap for which the proposal gave a reason, each with its own."""
    plan = programme.programme_of(year, to=current_user)
    for each in maps.left_out(plan, _suggested(plan), to=current_user):
        if each.suggestion and each.gap.justified is None:
            gaps.justify(plan, [each.gap.value], each.suggestion, by=replies.me())
    return replies.saved(url_for(".left_out", year=year))


@blueprint.post("/<int:year>/gaps/<value>/withdraw")
@allow(Permission.PROGRAMME_EDIT)
def withdraw(year: int, value: str) -> ResponseReturnValue:
    """Take one justification back."""
    plan: Any = programme.programme_of(year, to=current_user)
    gaps.withdraw(plan, value, by=replies.me())
    return replies.saved(url_for(".left_out", year=year))
