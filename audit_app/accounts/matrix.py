"""The role × permission matrix in words; the page that explains rights is made from the table that grants
them."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.permissions import GRANTS, Permission, Role

P = Permission

GROUPS: tuple[tuple[Any, tuple[tuple[Permission, Any], ...]], ...] = (
    (
        _l("People and organisation"),
        (
            (P.PEOPLE_MANAGE, _l("add people, give roles, end access")),
            (
                P.ORGANISATION_MANAGE,
                _l("maintain sites, departments, processes and the organisation's facts"),
            ),
            (P.TRAIL_SEE, _l("read the whole trail")),
        ),
    ),
    (
        _l("Programme and audits"),
        (
            (P.PROGRAMME_SEE, _l("see the audit programme")),
            (P.PROGRAMME_EDIT, _l("write and close the audit programme")),
            (P.PROGRAMME_APPROVE, _l("approve the audit programme")),
            (P.AUDIT_SEE, _l("see audits")),
            (P.AUDIT_PLAN, _l("plan audits, choose teams, notify, cancel")),
            (P.PLAN_APPROVE, _l("approve an audit plan written by another person")),
            (P.AUDIT_CONDUCT, _l("start and report an audit")),
            (P.AUDIT_CLOSE, _l("close an audit")),
        ),
    ),
    (
        _l("Checklists and evidence"),
        (
            (P.TEMPLATE_SEE, _l("read the checklist library")),
            (P.TEMPLATE_EDIT, _l("write and publish checklist templates")),
            (P.CLAUSE_TEXT_SEE, _l("read the clause texts that the organisation bought")),
            (P.ANSWER_RECORD, _l("answer checklist items in an audit of their own team")),
            (P.EVIDENCE_ADD, _l("attach evidence")),
        ),
    ),
    (
        _l("Findings and actions"),
        (
            (P.FINDING_SEE, _l("see findings and actions")),
            (P.FINDING_RAISE, _l("write up findings")),
            (P.FINDING_ISSUE, _l("issue findings")),
            (P.FINDING_ANSWER, _l("answer findings: correction, cause, actions")),
            (P.FINDING_APPROVE, _l("approve action plans, major grades and new dates")),
            (P.FINDING_VERIFY, _l("verify actions of other people")),
            (P.FINDING_CLOSE, _l("close findings")),
            (P.FINDING_WITHDRAW, _l("withdraw findings")),
            (P.FINDING_COMMENT, _l("write comments on findings")),
            (P.ACTION_DO, _l("work on their own actions and report them done")),
            (
                P.DEADLINES_MANAGE,
                _l("set the deadlines, the calendar of working days and the ladder of escalation"),
            ),
        ),
    ),
    (
        _l("Improvements"),
        (
            (P.IMPROVEMENT_SEE, _l("see the improvement register")),
            (P.IMPROVEMENT_PROPOSE, _l("propose improvements and carry them out")),
            (P.IMPROVEMENT_EVALUATE, _l("evaluate proposals and set their targets")),
            (P.IMPROVEMENT_APPROVE, _l("approve, decline and close improvements of other people")),
        ),
    ),
    (
        _l("Indicators"),
        (
            (P.INDICATOR_SEE, _l("see indicators")),
            (P.INDICATOR_DEFINE, _l("define indicators and targets")),
            (P.MEASUREMENT_ENTER, _l("enter measurements")),
            (P.MEASUREMENT_APPROVE, _l("approve corrections of closed months that others proposed")),
            (P.LOG_IMPORT, _l("import logs")),
        ),
    ),
    (
        _l("Management reviews"),
        (
            (P.REVIEW_SEE, _l("see management reviews")),
            (P.REVIEW_PREPARE, _l("prepare management reviews")),
            (P.REVIEW_CONTRIBUTE, _l("write inputs to management reviews")),
            (P.REVIEW_APPROVE, _l("approve management reviews")),
        ),
    ),
)
"""Every permission, grouped and in words (a test holds this complete)."""


@dataclass(frozen=True)
class Line:
    """One permission: what it allows, and whether each role of ``Role`` (in that order) has it."""

    words: Any
    granted: tuple[bool, ...]


def matrix() -> list[tuple[Any, list[Line]]]:
    """Groups of lines, made from ``GRANTS``."""
    return [
        (
            title,
            [Line(words, tuple(permission in GRANTS[role] for role in Role)) for permission, words in lines],
        )
        for title, lines in GROUPS
    ]


def allowed(permissions: frozenset[Permission]) -> list[Any]:
    """What a set of permissions allows, in words and in the order of the matrix."""
    return [words for _title, lines in GROUPS for permission, words in lines if permission in permissions]
