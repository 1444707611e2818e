"""The cause of a finding over HTTP: one page with two views, each why saved by itself."""

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audit_app.accounts.permissions import Permission
from audit_app.findings import cause_screens, causes, queries
from audit_app.findings.blueprint import blueprint
from audit_app.findings.cause_models import CauseCategory, CauseKind
from audit_app.findings.cause_screens import VIEWS, WHYS, WhyForm, node_of
from audit_app.web.access import allow
from audit_app.web.forms import refused_or
from audit_app.web.pages import arguments

SEE, ANSWER = Permission.FINDING_SEE, Permission.FINDING_ANSWER
VERBS = ("up", "down", "remove", "root", "no_root")


def _finding(id: int) -> Any:
    """The finding, if it has a cause to look for."""
    finding = queries.get(id, to=current_user)
    return finding if finding.is_nonconformity else abort(404)


def _view() -> str:
    asked = request.args.get("view", WHYS)
    return asked if asked in VIEWS else WHYS


def _back(id: int, node: int = 0, **more: Any) -> ResponseReturnValue:
    view = _view() if _view() != WHYS else None
    place = "text" if more else f"why-{node}" if node else "chain"
    return redirect(url_for("findings.cause", id=id, view=view, _anchor=place, **more))


@blueprint.get("/<int:id>/cause")
@allow(SEE)
def cause(id: int) -> ResponseReturnValue:
    """The chain of whys, or the fishbone."""
    finding = _finding(id)
    asked = arguments(("edit", "under", "bone"))
    open_ = (
        cause_screens.opened(finding, asked) if causes.may_change(finding, current_user) else {"form": None}
    )
    return _page(finding, open_)


def _page(finding: Any, open_: dict[str, Any]) -> ResponseReturnValue:
    form = open_["form"]
    shown = cause_screens.page(finding, current_user, _view(), open_)
    status = 422 if form is not None and form.is_submitted() else 200
    return render_template("findings/cause.html", finding=finding, **shown), status


@blueprint.get("/<int:id>/cause.svg")
@allow(SEE)
def cause_drawing(id: int) -> ResponseReturnValue:
    """The drawing alone, to be opened large."""
    picture = cause_screens.drawing(_finding(id), _view()) or abort(404)
    return Response(str(picture), mimetype="image/svg+xml")


@blueprint.post("/<int:id>/cause/add")
@allow(ANSWER)
def cause_add(id: int) -> ResponseReturnValue:
    """One more answer; the next "why?" is open at once."""
    finding, form = _finding(id), WhyForm()
    under, bone = request.args.get("under", "0"), request.args.get("bone", "")
    kind = CauseKind.BONE if bone in {each.value for each in CauseCategory} else CauseKind.WHY
    above = int(under) if kind is CauseKind.WHY and cause_screens.number(under) else 0
    if form.validate_on_submit():
        parent = node_of(finding, above) if above else None
        made = refused_or(
            form, causes.add, finding, **form.facts(), parent=parent, kind=kind, by=current_user
        )
        if made is not None:
            flash(_("Saved."), "success")
            next_one = {"bone": bone} if kind is CauseKind.BONE else {"under": made.id}
            return _back(id, made.id, **next_one)
    open_ = {"form": form, "kind": kind} | ({"bone": bone} if kind is CauseKind.BONE else {"under": above})
    return _page(_finding(id), open_)


@blueprint.post("/<int:id>/cause/<int:node>/edit")
@allow(ANSWER)
def cause_edit(id: int, node: int) -> ResponseReturnValue:
    """Other words for an answer; two who write at once both see both."""
    finding, form = _finding(id), WhyForm()
    found = node_of(finding, node)
    ready = form.validate_on_submit() and form.check_fresh(found)
    if ready and refused_or(form, causes.edit, finding, found, **form.facts(), by=current_user):
        flash(_("Saved."), "success")
        return _back(id, node)
    kind = found.kind
    return _page(_finding(id), {"form": form, "edit": node, "kind": kind})


@blueprint.post("/<int:id>/cause/<int:node>/<verb>")
@allow(ANSWER)
def cause_act(id: int, node: int, verb: str) -> ResponseReturnValue:
    """Move an answer, take it out, or name it as root."""
    finding = _finding(id)
    found = node_of(finding, node)
    if verb not in VERBS:
        abort(404)
    if verb == "remove":
        causes.remove(finding, found, by=current_user)
        flash(_("Removed. The words are kept in the history."), "success")
        return _back(id)
    if verb in ("up", "down"):
        causes.move(finding, found, verb == "up", by=current_user)
    else:
        causes.mark(finding, found, verb == "root", by=current_user)
    return _back(id, node)
