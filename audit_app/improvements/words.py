"""Words of the improvement register: what the trail says, what columns are called, what notices say."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.notifications import kinds

SENTENCES: dict[str, Any] = {
    "improvement.propose": _l("proposed the improvement"),
    "improvement.edit": _l("worded the proposal better"),
    "improvement.evaluate": _l("evaluated the proposal"),
    "improvement.approve": _l("approved the improvement"),
    "improvement.decline": _l("declined the proposal"),
    "improvement.start": _l("started the improvement"),
    "improvement.implement": _l("reported the improvement implemented"),
    "improvement.measure": _l("measured the result"),
    "improvement.close": _l("closed the improvement with its result"),
    "improvement.resume": _l("let the improvement go on"),
}
FIELDS: dict[str, Any] = {
    "description": _l("Description"),
    "source": _l("Source"),
    "source_code": _l("Number of the source"),
    "proposed_on": _l("Proposed on"),
    "benefit": _l("Benefit"),
    "effort": _l("Effort"),
    "risk": _l("Risk"),
    "evaluation_note": _l("Evaluation"),
    "target_kind": _l("Target for"),
    "target_what": _l("What is measured"),
    "better": _l("Reached with"),
    "unit": _l("Unit"),
    "baseline": _l("Value before"),
    "target": _l("Target"),
    "declined_reason": _l("Declined because"),
    "started_on": _l("Started on"),
    "implemented_on": _l("Implemented on"),
    "implementation_note": _l("What was put in place"),
    "measured": _l("Measured value"),
    "measured_on": _l("Measured on"),
    "measurement_note": _l("Source of the value"),
    "closing_note": _l("Result"),
}
NOTICES: dict[str, tuple[Any, Any]] = {
    "improvement.proposed": (
        _l("%(code)s: an improvement is proposed"),
        _l("%(title)s. Please score benefit, effort and risk."),
    ),
    "improvement.approved": (_l("%(code)s was approved"), _l("%(title)s. Due: %(due)s.")),
    "improvement.declined": (
        _l("%(code)s was declined"),
        _l("%(title)s. The reason stands in the register."),
    ),
    "improvement.measured": (
        _l("%(code)s was measured"),
        _l("%(title)s. Please look at the result and close it, or let it go on."),
    ),
    "improvement.closed": (_l("%(code)s was closed"), _l("%(title)s. Its result stands in the register.")),
}

NOTICE_KINDS: dict[str, kinds.Kind] = {
    "improvement.proposed": kinds.TODO,
    "improvement.approved": kinds.TODO,
    "improvement.declined": kinds.news(_l("An improvement I proposed was declined")),
    "improvement.measured": kinds.TODO,
    "improvement.closed": kinds.news(_l("An improvement of mine was closed")),
}
