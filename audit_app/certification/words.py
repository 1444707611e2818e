"""Words of the certification cycle for trail, timeline and notices."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.notifications import kinds

SENTENCES: dict[str, Any] = {
    "certificate.begin": _l("began the certification cycle"),
    "certificate.edit": _l("changed the certification cycle"),
    "certificate.certify": _l("recorded the certification decision"),
    "certificate.renew": _l("recorded the recertification"),
    "certificate.suspend": _l("recorded the suspension"),
    "certificate.resume": _l("recorded that the suspension was lifted"),
    "certificate.end": _l("ended the certification cycle"),
    "certification_scheme.load": _l("loaded the rules that ship"),
    "certification_scheme.add": _l("added a scheme of a certification body"),
    "certification_rule.edit": _l("changed the rule"),
    "gap_plan.write": _l("wrote what closes the gap"),
}

FIELDS: dict[str, Any] = {
    "standard": _l("Standard"),
    "scope": _l("Scope of the certificate"),
    "operating_since": _l("In operation since"),
    "review_before_on": _l("Management review kept on paper, day"),
    "review_before_note": _l("Where its minutes are kept"),
    "decided_on": _l("Decided on"),
    "valid_until": _l("Valid until"),
    "amount": _l("How many"),
    "unit": _l("Counted in"),
    "source": _l("Source"),
    "measure": _l("What will be done"),
    "progress": _l("Progress in percent"),
    "note": _l("What was done, where it can be seen"),
}

NOTICES: dict[str, tuple[Any, Any]] = {
    "certificate.window": (
        _l("%(code)s: a window of the certification cycle closes soon"),
        _l("%(title)s. The page says which one, until when, and what is still missing."),
    ),
    "certificate.passed": (
        _l("%(code)s: a window of the certification cycle has passed"),
        _l("%(title)s. Speak with the certification body today; the page says what is missing."),
    ),
}

NOTICE_KINDS: dict[str, kinds.Kind] = {"certificate.window": kinds.DUE, "certificate.passed": kinds.LATE}
