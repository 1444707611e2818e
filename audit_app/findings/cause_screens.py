"""What the page of the cause shows, and the forms of one why."""

from typing import Any

from flask import abort, url_for
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from audit_app.accounts.models import Person
from audit_app.exports.svg_tree import svg
from audit_app.findings import cause_drawing, cause_words, causes
from audit_app.findings.cause_models import (
    LONGEST_EVIDENCE,
    LONGEST_WHY,
    CauseCategory,
    CauseKind,
    FindingCause,
)
from audit_app.findings.cause_tree import chains, ribs, trees, walk
from audit_app.findings.models import Finding
from audit_app.web.forms import BaseForm, SelectField, long_text

WHYS, FISHBONE = "whys", "fishbone"
VIEWS = (WHYS, FISHBONE)


class WhyForm(BaseForm):
    """One answer, what shows it, and its bone if it has one."""

    text = long_text(_l("Because …"), need=True, longest=LONGEST_WHY, rows=2)
    evidence = long_text(
        _l("What shows it"), longest=LONGEST_EVIDENCE, rows=1,
        description=_l("A record, a figure, what somebody saw. Without it, it is an assumption."),
    )  # fmt: skip
    category = SelectField(
        _l("Kind of cause"), choices=[("", _l("not sorted")), *CauseCategory.choices()], default="",
        validators=[Optional()],
    )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        """What was typed, with the category as the table knows it."""
        chosen = self.category.data
        return {
            "text": self.text.data or "",
            "evidence": self.evidence.data or "",
            "category": CauseCategory(chosen) if chosen else None,
        }


def node_of(finding: Finding, number: int) -> FindingCause:
    """A node of the finding, or 404."""
    found = next((each for each in finding.causes if each.id == number), None)
    return found if found is not None else abort(404)


def drawing(finding: Finding, view: str) -> Any:
    """The drawing of a view as SVG; None when there is nothing to draw."""
    if view == FISHBONE:
        fish = cause_drawing.fish(finding)
        return svg(fish, _l("Fishbone of %(code)s", code=finding.code)) if fish is not None else None
    tree = cause_drawing.chain(finding)
    return svg(tree, _l("Chain of whys of %(code)s", code=finding.code)) if tree.nodes else None


def summary(finding: Finding, person: Person) -> dict[str, Any]:
    """The chain on other pages: its drawing, or the fishbone if there is none, and what is pointed out."""
    view = WHYS if cause_drawing.chain(finding).nodes else FISHBONE
    return {
        "cause_view": view,
        "cause_picture": drawing(finding, view),
        "cause_remarks": cause_words.about(finding) if not finding.settled else [],
        "may_find_cause": causes.may_change(finding, person),
    }


def page(finding: Finding, person: Person, view: str, open_: dict[str, Any]) -> dict[str, Any]:
    """Everything the page shows. ``open_`` holds the one form that is open: its ``form``, and ``edit`` (id of
    the node), or ``under`` (id of the why above) or ``bone`` (value of the category)."""
    found = trees(finding.causes)
    said = cause_words.about(finding)
    by_node: dict[int, list[Any]] = {}
    for each in said:
        if each.node is not None:
            by_node.setdefault(each.node, []).append(each.words)
    return {
        "view": view,
        "twigs": chains(found, open_.get("under", 0)),
        "bones": ribs(found),
        "count": len(finding.causes),
        "picture": drawing(finding, view),
        "remarks": [each.words for each in said if each.node is None],
        "by_node": by_node,
        "may_change": causes.may_change(finding, person),
        "why_not": causes.why_not(finding, person) if finding.is_nonconformity else None,
        "told": cause_drawing.told,
        "below": {each.node.id: len(list(each.walk())) - 1 for each in walk(found)},
        "parents": {each.id: each.text for each in finding.causes},
        "tabs_": [
            (_l("5 whys"), url_for("findings.cause", id=finding.id), view == WHYS, None),
            (_l("Fishbone"), url_for("findings.cause", id=finding.id, view=FISHBONE), view == FISHBONE, None),
        ],
        **open_,
    }


def opened(finding: Finding, asked: dict[str, str]) -> dict[str, Any]:
    """The form that the address asks for: ``edit=<id>``, ``under=<id or 0>`` or ``bone=<category>``."""
    if number(asked.get("edit", "")):
        node = next((each for each in finding.causes if each.id == int(asked["edit"])), None)
        if node is not None:
            form = WhyForm(obj=node)
            form.category.data = node.category.value if node.category else ""
            form.version.data = str(node.version)
            return {"form": form, "edit": node.id, "kind": node.kind}
    if asked.get("bone", "") in {each.value for each in CauseCategory}:
        return {"form": WhyForm(category=asked["bone"]), "bone": asked["bone"], "kind": CauseKind.BONE}
    under = asked.get("under", "")
    if under == "0" or (number(under) and int(under) in {each.id for each in finding.causes}):
        return {"form": WhyForm(), "under": int(under), "kind": CauseKind.WHY}
    return {"form": None}


def number(text: str) -> bool:
    """Whether a word of an address can be the id of a row."""
    return text.isdecimal() and len(text) < 10
