"""The verbs on repeats: confirming that a finding came back, and setting what counts as coming back."""

from collections.abc import Collection
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import repeats, services
from audit_app.findings.likeness import likeness
from audit_app.findings.models import Finding, FindingState
from audit_app.findings.repeat_models import FindingRepeat, RepeatPolicy
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
    if earlier.state in (FindingState.DRAFT, FindingState.WITHDRAWN):
        raise Refused(
            _l("%(code)s is a draft or was withdrawn: nothing can repeat it.", code=earlier.code), "repeat_of"
        )
    if (earlier.raised_on, earlier.id) >= (finding.raised_on, finding.id):
        raise Refused(_l("%(code)s is not earlier than this finding.", code=earlier.code), "repeat_of")
    alike = likeness(repeats.wording(finding).text, repeats.wording(earlier).text)
    link = FindingRepeat(
        later=finding, earlier=earlier, why=_why(finding, earlier), likeness=alike, confirmed_by=by,
        confirmed_at=now(),
    )  # fmt: skip
    with (
        db.session.begin_nested(),
        trail.act("finding.repeat", finding, by=by, earlier=earlier.code, likeness=alike),
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
    code = link.earlier.code
    with db.session.begin_nested(), trail.act("finding.not_repeat", finding, by=by, earlier=code):
        db.session.delete(link)


def set_policy(*, months: int, likeness: int, minors: int, by: Person) -> RepeatPolicy:
    """Decide what counts as a repeat: months back, percent of likeness, minors that make a major."""
    if not by.may(Permission.ORGANISATION_MANAGE):
        raise Refused(_l("This is decided by the audit programme manager or the administrator."))
    rule = repeats.policy()
    with db.session.begin_nested(), trail.act("repeat_policy.set", rule, by=by):
        rule.months, rule.likeness, rule.minors = months, likeness, minors
    return rule
