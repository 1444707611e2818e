"""Words of this domain for trail, timeline and notices."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.notifications import kinds

SENTENCES: dict[str, Any] = {
    "report.write": _l("wrote in the audit report"),
    "report.conclude": _l("wrote the conclusion of the audit"),
    "report.recipients": _l("changed the distribution list of the report"),
    "report.approve_grades": _l("approved the major grades"),
    "report.issue": _l("issued the audit report"),
    "report.supplement": _l("issued a supplement to the audit report"),
    "report.freeze": _l("froze the audit report"),
}

FIELDS: dict[str, Any] = {
    "obstacles": _l("Obstacles"),
    "not_covered": _l("Areas not covered"),
    "follow_up": _l("Agreed follow-up"),
    "others": _l("Further recipients"),
    "grades": _l("Approved major grades"),
    "grades_by_id": _l("Grades approved by"),
    "grades_at": _l("Grades approved at"),
}

NOTICES: dict[str, tuple[Any, Any]] = {
    "report.to_approve": (
        _l("Major grades to approve: %(code)s"),
        _l(
            "The report of the audit “%(title)s” holds major nonconformities. A second person "
            "must approve them."
        ),
    ),
    "report.grades_approved": (
        _l("Major grades approved: %(code)s"),
        _l("The major grades of the audit “%(title)s” are approved. Its report can be issued."),
    ),
    "report.issued": (
        _l("Audit report issued: %(code)s"),
        _l("You are on the distribution list of the report of “%(title)s”. Please read it."),
    ),
    "report.supplemented": (
        _l("Audit report corrected: %(code)s"),
        _l("A supplement to the report of “%(title)s” was issued. Please read it beside the report."),
    ),
}

NOTICE_KINDS: dict[str, kinds.Kind] = {
    "report.to_approve": kinds.TODO,
    "report.grades_approved": kinds.TODO,
    "report.issued": kinds.TODO,
    "report.supplemented": kinds.TODO,
}
