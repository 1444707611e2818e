"""Words of this domain for trail, timeline and notices."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.notifications import kinds

SENTENCES: dict[str, Any] = {
    "competence.add": _l("recorded the competence"),
    "competence.renew": _l("renewed the competence"),
    "competence.withdraw": _l("revoked the competence"),
}

FIELDS: dict[str, Any] = {
    "area": _l("Discipline or process area"),
    "awarded_on": _l("Evaluated on"),
    "basis": _l("Basis"),
    "grounds": _l("Grounds"),
    "issuer": _l("Issuing body"),
    "skill": _l("Skill"),
    "standard": _l("Standard"),
    "withdrawn_on": _l("Revoked on"),
    "withdrawn_reason": _l("Reason of the revocation"),
}

NOTICES: dict[str, tuple[Any, Any]] = {
    "competence.ending": (
        _l("Competence ends soon: %(title)s"),
        _l("“%(title)s” is valid until %(due)s. Renew it in time: without it no audit can be assigned."),
    ),
    "competence.ended": (
        _l("Competence ended: %(title)s"),
        _l("“%(title)s” ended on %(due)s. Until it is renewed no audit can be assigned."),
    ),
}

NOTICE_KINDS: dict[str, kinds.Kind] = {"competence.ending": kinds.DUE, "competence.ended": kinds.LATE}
