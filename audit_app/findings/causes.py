"""Verbs over whys and bones: each is saved by itself, by whoever answers for the finding, while the cause is
still being looked for. Every verb leaves a line in the finding's history."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings.cause_models import (
    LONGEST_EVIDENCE,
    LONGEST_WHY,
    CauseCategory,
    CauseKind,
    FindingCause,
)
from audit_app.findings.cause_tree import trees, walk
from audit_app.findings.guards import answers_for, full_path
from audit_app.findings.models import Finding, FindingState
from audit_app.trail import services as trail

DEEPEST, MOST = 10, 60
"""Whys one under another, and nodes of a finding: more is no longer read by anybody."""
LOOKED_FOR = frozenset({FindingState.ACCEPTED, FindingState.CORRECTED, FindingState.ANALYSED})
"""States in which the cause is being looked for."""


def why_not(finding: Finding, person: Person) -> Any:
    """Words that say why the person cannot change the chain now; None when they can."""
    if not person.may(Permission.FINDING_ANSWER):
        return _l("Your role does not answer findings.")
    if finding.state not in LOOKED_FOR:
        return _l("The cause is changed while it is looked for: after acceptance, before the plan.")
    return full_path(finding, person) or answers_for(finding, person)


def may_change(finding: Finding, person: Person) -> bool:
    """Whether the person may add, word, move or remove a why now."""
    return why_not(finding, person) is None


@contextmanager
def _act(action: str, finding: Finding, by: Person, **details: Any) -> Iterator[None]:
    refused = why_not(finding, by)
    if refused is not None:
        raise Refused(refused)
    with db.session.begin_nested(), trail.act(action, finding, by=by, **details):
        yield
    db.session.expire(finding, ["causes"])


def add(
    finding: Finding,
    *,
    text: str,
    evidence: str = "",
    parent: FindingCause | None = None,
    kind: CauseKind = CauseKind.WHY,
    category: CauseCategory | None = None,
    by: Person,
) -> FindingCause:
    """Answer a "why?": the first, one under another, or a possible cause on a bone."""
    node = FindingCause(
        finding_id=finding.id, parent_id=parent.id if parent is not None else None, kind=kind,
        is_root=False, position=1 + max((each.position for each in finding.causes), default=0),
    )  # fmt: skip
    _fits(finding, parent, kind)
    _word(node, text, evidence, category, by)
    with _act("finding.cause_add", finding, by, reason=node.text):
        db.session.add(node)
        db.session.flush()
    return node


def _fits(finding: Finding, parent: FindingCause | None, kind: CauseKind) -> None:
    if len(finding.causes) >= MOST:
        raise Refused(
            _l("A finding holds %(most)s whys at the most. Remove those that lead nowhere.", most=MOST)
        )
    if parent is None:
        return
    if parent.finding_id != finding.id or kind is CauseKind.BONE:
        raise Refused(_l("The why above it is no longer there. Look at the chain again."))
    if depth(finding, parent) >= DEEPEST:
        raise Refused(
            _l(
                "A chain is %(deepest)s whys deep at the most. Name the root, or begin another.",
                deepest=DEEPEST,
            )
        )


def depth(finding: Finding, node: FindingCause) -> int:
    """1 for a first answer, 2 for the answer to why that is so, and so on."""
    return next((each.depth for each in walk(trees(finding.causes)) if each.node is node), 0)


def _word(node: FindingCause, text: str, evidence: str, category: CauseCategory | None, by: Person) -> None:
    said, shown = " ".join(text.split()), " ".join(evidence.split())
    if not said:
        raise Refused(_l("Say why: one sentence is enough."), "text")
    for words, longest, field in ((said, LONGEST_WHY, "text"), (shown, LONGEST_EVIDENCE, "evidence")):
        if len(words) > longest:
            raise Refused(_l("Please use %(most)s characters at most.", most=longest), field)
    if node.kind is CauseKind.BONE and category is None:
        raise Refused(_l("Say on which bone of the fishbone it belongs."), "category")
    node.text, node.evidence, node.category = said, shown, category
    node.written_by, node.written_at = by, now()


def edit(
    finding: Finding,
    node: FindingCause,
    *,
    text: str,
    evidence: str,
    category: CauseCategory | None = None,
    by: Person,
) -> FindingCause:
    """Word an answer better, or add what shows it."""
    before = node.text
    with _act("finding.cause_edit", finding, by, before=[before], reason=" ".join(text.split())):
        _word(node, text, evidence, category, by)
    return node


def move(finding: Finding, node: FindingCause, earlier: bool, *, by: Person) -> FindingCause:
    """Let an answer change places with its neighbour under the same why or on the same bone."""
    beside = [
        each for each in finding.causes
        if each.parent_id == node.parent_id and each.kind is node.kind
        and (node.kind is CauseKind.WHY or each.category is node.category)
    ]  # fmt: skip
    place = beside.index(node) + (-1 if earlier else 1)
    if not 0 <= place < len(beside):
        raise Refused(_l("It stands at the end already."))
    other = beside[place]
    with _act("finding.cause_move", finding, by, reason=node.text):
        node.position, other.position = other.position, node.position
    return node


def remove(finding: Finding, node: FindingCause, *, by: Person) -> int:
    """Take an answer out with everything under it; the trail keeps the words. Returns how many went."""
    twig = next(each for each in walk(trees(finding.causes)) if each.node is node)
    gone = [each.node for each in twig.walk()]
    with _act("finding.cause_remove", finding, by, before=[each.text for each in gone]):
        for each in reversed(gone):
            db.session.delete(each)
            db.session.flush()
    return len(gone)


def mark(finding: Finding, node: FindingCause, is_root: bool, *, by: Person) -> FindingCause:
    """Name an answer as a root: what will be removed, so that it cannot happen again. Or take that back."""
    with _act("finding.cause_root" if is_root else "finding.cause_no_root", finding, by, reason=node.text):
        node.is_root = is_root
    return node
