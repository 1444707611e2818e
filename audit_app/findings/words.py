"""Words of the findings: what the trail says, what columns are called, what notices say."""

from typing import Any

from flask_babel import lazy_gettext as _l

SENTENCES: dict[str, Any] = {
    "finding.raise": _l("wrote up the finding"),
    "finding.edit": _l("changed the finding"),
    "finding.regrade": _l("changed the grade"),
    "finding.issue": _l("issued the finding"),
    "finding.accept": _l("accepted the finding and stated the correction"),
    "finding.plan": _l("stated the cause and agreed the actions"),
    "finding.report": _l("reported the actions done"),
    "finding.verify": _l("verified the actions"),
    "finding.send_back": _l("sent it back"),
    "finding.close": _l("closed the finding as effective"),
    "finding.settle": _l("closed the finding with a note"),
    "finding.reopen": _l("reopened the finding"),
    "finding.resume": _l("reopened the finding"),
    "finding.withdraw": _l("withdrew the finding"),
    "finding.extend": _l("gave more time"),
    "action.add": _l("planned the action"),
    "action.edit": _l("changed the action"),
    "action.done": _l("reported the action done"),
    "action.verify": _l("verified the action"),
    "action.send_back": _l("sent the action back"),
    "action.cancel": _l("cancelled the action"),
    "action.extend": _l("asked for more time"),
    "action.grant": _l("granted more time"),
    "action.decline": _l("kept the due date"),
}

FIELDS: dict[str, Any] = {
    "code": _l("Code"),
    "origin": _l("Origin"),
    "grade": _l("Grade"),
    "state": _l("State"),
    "title": _l("Title"),
    "requirement": _l("Requirement"),
    "objective_evidence": _l("Objective evidence"),
    "nonconformity": _l("Nonconformity"),
    "location": _l("Location"),
    "recommendation": _l("Recommendation"),
    "clause": _l("Clause"),
    "raised_on": _l("Raised on"),
    "response_due_on": _l("Answer due"),
    "due_on": _l("Due"),
    "original_due_on": _l("First due date"),
    "next_due_on": _l("Next step due"),
    "correction": _l("Correction"),
    "correction_done_on": _l("Corrected on"),
    "cause": _l("Cause"),
    "similar_cases": _l("Similar cases"),
    "verification_note": _l("Verification"),
    "effectiveness_due_on": _l("Effectiveness check due"),
    "effectiveness_note": _l("Effectiveness"),
    "closed_on": _l("Closed on"),
    "withdrawn_reason": _l("Reason of the withdrawal"),
    "sent_back_reason": _l("Sent back because"),
    "reopened": _l("Reopened"),
    "reopen_reason": _l("Reopened because"),
    "kind": _l("Kind"),
    "created_on": _l("Planned on"),
    "extension_to": _l("More time asked until"),
    "extension_reason": _l("Why more time"),
    "done_note": _l("What was done"),
    "cancel_reason": _l("Cancelled because"),
}

NOTICES: dict[str, tuple[Any, Any]] = {
    "finding.issued": (
        _l("%(code)s was issued to you"),
        _l("%(title)s. Please accept it and say how the case is corrected. Corrective action due: %(due)s."),
    ),
    "finding.accepted": (_l("%(code)s was accepted"), _l("%(title)s. The owner has stated the correction.")),
    "finding.planned": (
        _l("%(code)s has a plan"),
        _l("%(title)s. Cause and actions are stated. Due: %(due)s."),
    ),
    "finding.implemented": (
        _l("%(code)s waits for verification"),
        _l("%(title)s. The actions are reported done; somebody independent must verify them."),
    ),
    "finding.sent_back": (
        _l("%(code)s was sent back to you"),
        _l("%(title)s. The evidence was not enough; the reason stands in the finding."),
    ),
    "finding.verified": (
        _l("%(code)s was verified"),
        _l("%(title)s. Next, its effectiveness is checked, and then it is closed."),
    ),
    "finding.closed": (_l("%(code)s was closed"), _l("%(title)s. Nothing more to do.")),
    "finding.reopened": (
        _l("%(code)s was reopened"),
        _l("%(title)s. The actions did not last: please look for the cause again. New due date: %(due)s."),
    ),
    "finding.withdrawn": (_l("%(code)s was withdrawn"), _l("%(title)s. Nothing more to do.")),
    "finding.extended": (_l("%(code)s: more time given"), _l("%(title)s. New due date: %(due)s.")),
    "finding.due": (_l("%(code)s is due soon"), _l("%(title)s. Please take the next step in time.")),
    "finding.late": (
        _l("%(code)s is late"),
        _l("%(title)s. Please take the next step, or ask for more time."),
    ),
    "action.assigned": (_l("%(code)s: you are asked to act"), _l("%(title)s. Due: %(due)s.")),
    "action.done": (_l("%(code)s was reported done"), _l("%(title)s. Somebody else must verify it.")),
    "action.verified": (_l("%(code)s was verified"), _l("%(title)s. Nothing more to do.")),
    "action.sent_back": (
        _l("%(code)s was sent back to you"),
        _l("%(title)s. It is not done yet; the reason stands in the action. Due: %(due)s."),
    ),
    "action.cancelled": (_l("%(code)s was cancelled"), _l("%(title)s. Nothing more to do.")),
    "action.extension_asked": (
        _l("%(code)s: more time is asked for"),
        _l("%(title)s. The present due date is %(due)s. Please grant it or keep the date."),
    ),
    "action.extended": (_l("%(code)s: more time given"), _l("%(title)s. New due date: %(due)s.")),
    "action.extension_declined": (_l("%(code)s: the date stays"), _l("%(title)s. Due: %(due)s.")),
    "action.due": (_l("%(code)s is due soon"), _l("%(title)s. Due: %(due)s.")),
    "action.late": (
        _l("%(code)s is late"),
        _l("%(title)s. It was due on %(due)s. Report it done, or ask for more time."),
    ),
}
