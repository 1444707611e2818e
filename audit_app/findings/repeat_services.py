"""The verbs on repeats: confirming that a finding came back, linking it by hand, taking a link back, and
setting what counts as coming back."""

import unicodedata
from collections.abc import Collection
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import repeats, services
from audit_app.findings.likeness import likeness
from audit_app.findings.models import Finding, FindingState
from audit_app.findings.repeat_models import FindingRepeat, RepeatPolicy
from audit_app.findings.steps import said
from audit_app.findings.visibility import visible_to
from audit_app.trail import services as trail


def raise_finding(*, repeat_of: Collection[int] | None = None, by: Person, **facts: Any) -> Finding:
    """Write up a finding together with what it repeats. Facts as in :func:`services.raise_finding`."""
    with db.session.begin_nested():
        finding = services.raise_finding(by=by, **facts)
        keep(finding, repeat_of or (), by=by)
    return finding


def edit(finding: Finding, *, repeat_of: Collection[int] | None = None, by: Person, **facts: Any) -> Finding:
    """Change a finding together with what it repeats; ``None`` leaves the links as they are."""
    with db.session.begin_nested():
        services.edit(finding, by=by, **facts)
        if repeat_of is not None:
            keep(finding, repeat_of, by=by)
    return finding


def keep(finding: Finding, repeat_of: Collection[int], *, by: Person) -> None:
    """Make the links those chosen: of what the person sees, what is lacking is confirmed, the rest undone."""
    links = {link.earlier_id: link for link in repeats.links_of(finding, to=by)}
    for number in links.keys() - set(repeat_of):
        _undo(finding, links[number], by=by)
    wanted = set(repeat_of) - links.keys()
    for earlier in db.session.scalars(visible_to(by).where(Finding.id.in_(wanted)).order_by(Finding.id)):
        confirm(finding, earlier, by=by)


def confirm(finding: Finding, earlier: Finding, *, by: Person) -> FindingRepeat:
    """Say that a finding repeats an earlier one. Chains go back in time only, so they have no circles."""
    if not services.may_edit(finding, by):
        raise Refused(_l("What this finding repeats is no longer changed, or not by you."), "repeat_of")
    return _link(finding, earlier, reason="", field="repeat_of", by=by)


def why_not_link(finding: Finding, person: Person) -> Any:
    """Why this person links no repeat by hand; None when they may.

    That a fault came back is often seen late, so whoever issues findings may say it of a closed one too: it
    changes nothing in the finding itself.
    """
    if finding.state is FindingState.WITHDRAWN:
        return _l("This finding was withdrawn: it repeats nothing.")
    if not (services.may_edit(finding, person) or person.may(Permission.FINDING_ISSUE)):
        return _l("Repeats are linked by whoever wrote the draft, a lead auditor or the programme manager.")
    return None


def link_by_hand(finding: Finding, *, number: str, reason: str, by: Person) -> FindingRepeat:
    """Link an earlier finding by its number, with a reason.

    Raises :class:`Refused`, also for a number that the person may not see.
    """
    _check_linker(finding, by)
    words = said(reason, _l("Say why it is the same fault."))
    wanted = unicodedata.normalize("NFKC", number).strip().upper()
    earlier = db.session.scalars(visible_to(by).where(func.upper(Finding.code) == wanted)).first()
    if earlier is None:
        raise Refused(
            _l("No finding %(number)s is known here. Write the number as it stands in the register.",
               number=wanted or "–"), "number",
        )  # fmt: skip
    if any(link.earlier_id == earlier.id for link in repeats.links_of(finding, to=by)):
        raise Refused(_l("%(code)s is linked already.", code=earlier.code), "number")
    return _link(finding, earlier, reason=words, field="number", by=by)


def take_back(link: FindingRepeat, *, reason: str, by: Person) -> None:
    """Take a wrong link back, proposed or made by hand, with a reason; the trail keeps both."""
    _check_linker(link.later, by)
    words = said(reason, _l("Say why it is not the same fault."))
    _remove(link.later, link, by=by, reason=words)


def _check_linker(finding: Finding, by: Person) -> None:
    refusal = why_not_link(finding, by)
    if refusal is not None:
        raise Refused(refusal)


def _link(finding: Finding, earlier: Finding, *, reason: str, field: str, by: Person) -> FindingRepeat:
    if earlier.state in (FindingState.DRAFT, FindingState.WITHDRAWN):
        raise Refused(
            _l("%(code)s is a draft or was withdrawn: nothing can repeat it.", code=earlier.code), field
        )
    if (earlier.raised_on, earlier.id) >= (finding.raised_on, finding.id):
        raise Refused(_l("%(code)s is not earlier than this finding.", code=earlier.code), field)
    alike = likeness(repeats.wording(finding).text, repeats.wording(earlier).text)
    link = FindingRepeat(
        later=finding, earlier=earlier, why=_why(finding, earlier), reason=reason, likeness=alike,
        confirmed_by=by, confirmed_at=now(),
    )  # fmt: skip
    details = {"reason": reason} if reason else {}
    with (
        db.session.begin_nested(),
        trail.act("finding.repeat", finding, by=by, earlier=earlier.code, likeness=alike, **details),
    ):
        db.session.add(link)
    return link


def _why(finding: Finding, earlier: Finding) -> str:
    """What agrees, as keys: the words are made by whoever shows it."""
    facts = ("clause", "process_id", "department_id")
    same = [
        name.removesuffix("_id")
        for name in facts
        if getattr(finding, name) and getattr(finding, name) == getattr(earlier, name)
    ]
    return ",".join(same)


def _undo(finding: Finding, link: FindingRepeat, *, by: Person) -> None:
    if not services.may_edit(finding, by):
        raise Refused(_l("What this finding repeats is no longer changed, or not by you."), "repeat_of")
    _remove(finding, link, by=by)


def _remove(finding: Finding, link: FindingRepeat, *, by: Person, **details: str) -> None:
    code = link.earlier.code
    with db.session.begin_nested(), trail.act("finding.not_repeat", finding, by=by, earlier=code, **details):
        db.session.delete(link)


def set_policy(*, months: int, likeness: int, minors: int, by: Person) -> RepeatPolicy:
    """Decide what counts as a repeat: months back, percent of likeness, minors that make a major."""
    if not by.may(Permission.ORGANISATION_MANAGE):
        raise Refused(_l("This is decided by the audit programme manager or the administrator."))
    rule = repeats.policy()
    with db.session.begin_nested(), trail.act("repeat_policy.set", rule, by=by):
        rule.months, rule.likeness, rule.minors = months, likeness, minors
    return rule
