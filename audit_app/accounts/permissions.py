"""The whole role × permission matrix on one page. "May this role ever" is answered here and nowhere else.

Two further questions have their own homes: "may this person see this row" (``queries.visible_to``) and "may
it
happen now" (guards in each ``workflow.py``).
"""

from enum import StrEnum
from functools import cache

from flask_babel import lazy_gettext as _l

from audit_app.core.labels import Label


class Role(Label):
    """What a person is in the management system. One person may hold several."""

    ADMINISTRATOR = "administrator", _l("Administrator"), "secondary"
    PROGRAMME_MANAGER = "programme_manager", _l("Audit programme manager"), "info"
    LEAD_AUDITOR = "lead_auditor", _l("Lead auditor"), "purple"
    AUDITOR = "auditor", _l("Auditor"), "purple"
    PROCESS_OWNER = "process_owner", _l("Process owner"), "teal"
    TOP_MANAGEMENT = "top_management", _l("Top management"), "warning"
    READ_ONLY = "read_only", _l("Read-only (certification auditor)"), "secondary"


class Permission(StrEnum):
    """What a role may ever do. Values read ``noun:verb``."""

    PEOPLE_MANAGE = "people:manage"
    ORGANISATION_MANAGE = "organisation:manage"
    TRAIL_SEE = "trail:see"
    PROGRAMME_SEE = "programme:see"
    PROGRAMME_EDIT = "programme:edit"
    PROGRAMME_APPROVE = "programme:approve"
    AUDIT_SEE = "audit:see"
    AUDIT_PLAN = "audit:plan"
    PLAN_APPROVE = "plan:approve"
    AUDIT_CONDUCT = "audit:conduct"
    AUDIT_CLOSE = "audit:close"
    TEMPLATE_SEE = "template:see"
    TEMPLATE_EDIT = "template:edit"
    CLAUSE_TEXT_SEE = "clause_text:see"
    ANSWER_RECORD = "answer:record"
    EVIDENCE_ADD = "evidence:add"
    FINDING_SEE = "finding:see"
    FINDING_RAISE = "finding:raise"
    FINDING_ISSUE = "finding:issue"
    FINDING_ANSWER = "finding:answer"
    FINDING_APPROVE = "finding:approve"
    FINDING_VERIFY = "finding:verify"
    FINDING_CLOSE = "finding:close"
    FINDING_WITHDRAW = "finding:withdraw"
    FINDING_COMMENT = "finding:comment"
    ACTION_DO = "action:do"
    DEADLINES_MANAGE = "deadlines:manage"
    IMPROVEMENT_SEE = "improvement:see"
    IMPROVEMENT_PROPOSE = "improvement:propose"
    IMPROVEMENT_EVALUATE = "improvement:evaluate"
    IMPROVEMENT_APPROVE = "improvement:approve"
    INDICATOR_SEE = "indicator:see"
    INDICATOR_DEFINE = "indicator:define"
    MEASUREMENT_ENTER = "measurement:enter"
    MEASUREMENT_APPROVE = "measurement:approve"
    LOG_IMPORT = "log:import"
    REVIEW_SEE = "review:see"
    REVIEW_PREPARE = "review:prepare"
    REVIEW_CONTRIBUTE = "review:contribute"
    REVIEW_APPROVE = "review:approve"


P = Permission

SEE = frozenset(
    {P.PROGRAMME_SEE, P.AUDIT_SEE, P.TEMPLATE_SEE, P.FINDING_SEE, P.IMPROVEMENT_SEE, P.INDICATOR_SEE}
)
CONDUCT = frozenset(
    {
        P.CLAUSE_TEXT_SEE,  # the licence is for our own auditors, and for nobody from outside
        P.ANSWER_RECORD,
        P.EVIDENCE_ADD,
        P.FINDING_RAISE,
        P.FINDING_VERIFY,
        P.FINDING_COMMENT,
        P.ACTION_DO,
        P.IMPROVEMENT_PROPOSE,
    }
)

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: SEE
    | {
        P.REVIEW_SEE,
        P.PEOPLE_MANAGE,
        P.ORGANISATION_MANAGE,
        P.DEADLINES_MANAGE,
        P.TRAIL_SEE,
        P.IMPROVEMENT_PROPOSE,
        P.MEASUREMENT_APPROVE,
    },
    Role.PROGRAMME_MANAGER: SEE
    | CONDUCT
    | {
        P.ORGANISATION_MANAGE,
        P.TRAIL_SEE,
        P.PROGRAMME_EDIT,
        P.AUDIT_PLAN,
        P.PLAN_APPROVE,
        P.AUDIT_CONDUCT,
        P.AUDIT_CLOSE,
        P.TEMPLATE_EDIT,
        P.FINDING_ISSUE,
        P.FINDING_ANSWER,
        P.FINDING_APPROVE,
        P.FINDING_CLOSE,
        P.FINDING_WITHDRAW,
        P.DEADLINES_MANAGE,
        P.IMPROVEMENT_EVALUATE,
        P.IMPROVEMENT_APPROVE,
        P.INDICATOR_DEFINE,
        P.MEASUREMENT_ENTER,
        P.MEASUREMENT_APPROVE,
        P.LOG_IMPORT,
        P.REVIEW_SEE,
        P.REVIEW_PREPARE,
        P.REVIEW_CONTRIBUTE,
    },
    Role.LEAD_AUDITOR: SEE
    | CONDUCT
    | {
        P.AUDIT_CONDUCT,
        P.TEMPLATE_EDIT,
        P.FINDING_ISSUE,
        P.FINDING_APPROVE,
        P.FINDING_CLOSE,
        P.FINDING_WITHDRAW,
    },
    Role.AUDITOR: SEE | CONDUCT,
    Role.PROCESS_OWNER: SEE
    | {
        P.FINDING_ANSWER,
        P.FINDING_COMMENT,
        P.ACTION_DO,
        P.EVIDENCE_ADD,
        P.IMPROVEMENT_PROPOSE,
        P.MEASUREMENT_ENTER,
        P.LOG_IMPORT,
        P.REVIEW_CONTRIBUTE,
    },
    Role.TOP_MANAGEMENT: SEE
    | {
        P.PROGRAMME_APPROVE,
        P.PLAN_APPROVE,
        P.FINDING_COMMENT,
        P.ACTION_DO,
        P.EVIDENCE_ADD,
        P.IMPROVEMENT_PROPOSE,
        P.IMPROVEMENT_APPROVE,
        P.REVIEW_SEE,
        P.REVIEW_CONTRIBUTE,
        P.REVIEW_APPROVE,
    },
    Role.READ_ONLY: SEE | {P.REVIEW_SEE, P.TRAIL_SEE},
}

SEES_ALL = frozenset({Role.PROGRAMME_MANAGER, Role.TOP_MANAGEMENT, Role.READ_ONLY, Role.ADMINISTRATOR})
"""Roles before whom no audit, finding or action is hidden."""


@cache
def granted(roles: frozenset[Role]) -> frozenset[Permission]:
    """All permissions of a set of roles."""
    return frozenset().union(*(GRANTS[role] for role in roles)) if roles else frozenset()


@cache
def roles_named(names: str) -> frozenset[Role]:
    """The roles of a list of stored names with commas between; none for an empty list."""
    return frozenset(Role(name) for name in names.split(",") if name)
