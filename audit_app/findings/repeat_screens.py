"""Repeats on screen: what was chosen on a form, what is proposed beside it, and the words of both."""

from dataclasses import replace
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from audit_app.accounts.models import Person
from audit_app.core.db import db
from audit_app.findings import queries, repeat_services, repeats
from audit_app.findings.models import Finding, Grade
from audit_app.findings.old_models import OldRegister
from audit_app.findings.repeats import Proposal, Upgrade, Wording

DIGITS = 9
"""Of an id in an address: a longer number would not fit the database's."""


def _number(name: str) -> int | None:
    text = request.values.get(name, "")
    return _whole(text)


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= DIGITS else None


def chosen() -> list[int] | None:
    """Ids ticked on the form; None when the form did not offer any, so that nothing is undone by accident."""
    if "repeats_shown" not in request.form:
        return None
    return _ticked()


def _ticked() -> list[int]:
    values = request.values.getlist("repeat_of")
    return [number for each in values if (number := _whole(each)) is not None]


def written(person: Person) -> Wording:
    """What the form being typed says, from the query of the page. Raises NotVisible for a foreign finding."""
    number = _number("finding")
    finding = queries.get(number, to=person) if number is not None else None
    given: dict[str, Any] = {
        name: request.values.get(name, "").strip() for name in ("title", "nonconformity", "clause")
    }
    asked = request.values.get("grade", "")
    draft = Wording(
        **given,
        process_id=_number("process_id"),
        department_id=_number("department_id"),
        grade=Grade(asked) if asked in {each.value for each in Grade} else None,
    )
    return _of(draft, finding) if finding is not None else draft


def _of(draft: Wording, finding: Finding) -> Wording:
    """A wording as that of a finding that is stored already: its grade, its day, itself left out."""
    return replace(draft, grade=finding.grade, day=finding.raised_on, finding_id=finding.id)


def asked(person: Person) -> dict[str, Any]:
    """The partial that comes while one types."""
    return _shown(written(person), _ticked(), person)


def beside(form: Any, person: Person, finding: Finding | None = None) -> dict[str, Any]:
    """What a form page shows from the start, and again when it comes back refused."""
    grade = (form.grade.data if "grade" in form else None) or ""
    draft = Wording(
        form.title.data or "", form.nonconformity.data or "", form.clause.data or "", form.process_id.data,
        form.department_id.data, Grade(grade) if grade in {each.value for each in Grade} else None,
    )  # fmt: skip
    draft = _of(draft, finding) if finding is not None else draft
    ticked = chosen()
    if ticked is None:
        ticked = repeats.chosen(finding, to=person) if finding is not None else []
    return _shown(draft, ticked, person)


def _shown(draft: Wording, ticked: list[int], person: Person) -> dict[str, Any]:
    found = repeats.proposals(draft, to=person, chosen=ticked)
    return {
        "proposals": [(each, agrees(each)) for each in found],
        "speaks_for_major": upgrade_words(repeats.upgrade(draft, found, to=person)),
    }


def agrees(proposal: Proposal) -> str:
    """What two findings have in common, in one line."""
    if proposal.same_process:
        area = _("Same clause and process") if proposal.same_clause else _("Same process")
    elif proposal.same_department:
        area = _("Same clause and department") if proposal.same_clause else _("Same department")
    else:
        other = _("Same clause, another area") if proposal.area_named else _("Same clause")
        area = other if proposal.same_clause else _("Other clause and area")
    return _("%(area)s; wording %(percent)s %% alike", area=area, percent=proposal.likeness)


def upgrade_words(found: Upgrade | None) -> list[str]:
    """The sentences that speak for a major."""
    if found is None:
        return []
    said = []
    if found.repeats:
        said.append(
            ngettext(
                "A similar nonconformity in this area within %(months)s months: consider grading this one "
                "as major.",
                "%(num)s similar nonconformities in this area within %(months)s months: consider grading "
                "this one as major.",
                found.repeats,
                months=found.months,
            )
        )
    if found.enough:
        said.append(
            _(
                "With this one there are %(num)s minor nonconformities on clause %(clause)s within "
                "%(months)s months: several minors on one requirement add up to a major.",
                num=found.minors,
                clause=found.clause,
                months=found.months,
            )
        )
    return said


def on_page(finding: Finding, person: Person) -> dict[str, Any]:
    """What the page of a finding shows: its chain, who confirmed it, and whether minors add up."""
    more = repeats.upgrade(repeats.wording(finding), [], to=person) if not finding.settled else None
    number = finding.old_register_id
    return {
        "old_register": db.session.get(OldRegister, number) if number is not None else None,
        "chain": repeats.chain(finding, to=person),
        "links": {link.earlier_id: link for link in repeats.links_of(finding, to=person)},
        "minors_add_up": upgrade_words(more),
        "may_link": repeat_services.why_not_link(finding, person) is None,
    }
