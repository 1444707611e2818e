"""Words of this domain for trail, timeline and notices."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.notifications import kinds

SENTENCES: dict[str, Any] = {
    "review.key_made": _l("made a key that signs PDFs"),
    "review.plan": _l("planned the review"),
    "review.edit": _l("changed the plan of the review"),
    "review.prepare": _l("opened the inputs for writing"),
    "review.places": _l("said who must be there and who stands in"),
    "review.agenda": _l("changed the agenda"),
    "review.sign_attendance": _l("signed the attendance"),
    "review_note.write": _l("wrote down what was said"),
    "review.recipients": _l("changed the distribution list"),
    "review.handed_over": _l("handed minutes and pack over"),
    "review.climate": _l("recorded whether climate change is an issue"),
    "review.attendance": _l("recorded who attended"),
    "review.hold": _l("recorded the meeting"),
    "review.record": _l("changed the record of the meeting"),
    "review.approve": _l("approved the review and froze its pack"),
    "review_input.assign": _l("said who writes the input"),
    "review_input.write": _l("wrote the input"),
    "review_input.nothing": _l("declared that there is nothing to report"),
    "decision.ask": _l("asked for a decision"),
    "decision.edit": _l("changed the decision"),
    "decision.take": _l("recorded the decision as taken"),
    "decision.reject": _l("recorded the decision as not approved"),
    "decision.track": _l("turned the decision into an action"),
    "pack.freeze": _l("froze the pack"),
    "review.sign": _l("signed the pack"),
    "review.supplement": _l("corrected the review by a supplement"),
    "review_supplement.write": _l("wrote a supplement to the review"),
    "review_supplement.edit": _l("changed the supplement"),
    "review_supplement.issue": _l("issued the supplement"),
    "review_supplement.withdraw": _l("withdrew the supplement"),
}

FIELDS: dict[str, Any] = {
    "meets_on": _l("Meeting"),
    "place": _l("Place"),
    "period_from": _l("Period from"),
    "period_to": _l("Period to"),
    "suitability": _l("Suitability"),
    "adequacy": _l("Adequacy"),
    "effectiveness": _l("Effectiveness"),
    "minutes": _l("Minutes"),
    "next_review_on": _l("Next review"),
    "begins": _l("Begins"),
    "length": _l("Length in minutes"),
    "standards": _l("Integrated with"),
    "chosen": _l("Chosen"),
    "way": _l("How it was signed"),
    "signed_at": _l("Signed at"),
    "strokes": _l("Strokes"),
    "width": _l("Width"),
    "height": _l("Height"),
    "outside": _l("People outside"),
    "told_at": _l("Sent at"),
    "quorum": _l("How many must be there"),
    "climate": _l("Climate change (4.1)"),
    "climate_reason": _l("Reason"),
    "asked_at": _l("Asked at"),
    "text": _l("Text"),
    "nothing_to_report": _l("Nothing to report"),
    "input_key": _l("Input"),
    "rationale": _l("Why"),
    "options": _l("Options and cost"),
    "resources": _l("Resources"),
    "number": _l("Number"),
    "sha256": _l("SHA-256"),
    "snapshot": _l("Pack"),
    "reason": _l("Why"),
    "correction": _l("To be read instead"),
}

NOTICES: dict[str, tuple[Any, Any]] = {
    "review.planned": (
        _l("Management review planned: %(code)s"),
        _l("You are invited to the review “%(title)s”. Date, place and period are on its page."),
    ),
    "review.held": (
        _l("Management review to approve: %(code)s"),
        _l("The meeting “%(title)s” is recorded. Please read the pack and approve it."),
    ),
    "review.approved": (
        _l("Management review approved: %(code)s"),
        _l("“%(title)s” is approved. Its pack is frozen, and its decisions are tracked as actions."),
    ),
    "review.supplement_written": (
        _l("Supplement to a management review to issue: %(code)s"),
        _l("A correction of “%(title)s” is written. Please read it and issue it on the page of the review."),
    ),
    "review.supplemented": (
        _l("Management review corrected: %(code)s"),
        _l("A supplement to “%(title)s” was issued. Read it together with the pack; the pack is unchanged."),
    ),
    "review_input.assigned": (
        _l("Review input to write: %(code)s"),
        _l("%(title)s. A short assessment in your words is enough; the figures are compiled for you."),
    ),
    "review_input.due": (
        _l("Review input is due: %(code)s"),
        _l("%(title)s. Wanted by %(due)s, and this input says nothing yet."),
    ),
    "review_input.late": (
        _l("Review input is late: %(code)s"),
        _l("%(title)s. It was wanted by %(due)s and says nothing yet."),
    ),
    "review_input.escalated": (
        _l("Review input still missing: %(code)s"),
        _l("%(title)s. It was wanted by %(due)s. Ask again, or give it to somebody else."),
    ),
    "review_input.left": (
        _l("Review input without author: %(code)s"),
        _l("%(title)s. Who was to write it has left. Give it to somebody else."),
    ),
    "review.distributed": (
        _l("Minutes and pack of a management review: %(code)s"),
        _l("“%(title)s” is approved. You are on its distribution list: minutes and pack are on its page."),
    ),
    "review.deputy": (
        _l("You stand in at a management review: %(code)s"),
        _l("You are named as a deputy for the review “%(title)s”. Its page says for whom and when."),
    ),
    "review.missing": (
        _l("No management review is planned after %(code)s"),
        _l("The next one must meet by %(due)s: reviews are at most twelve months apart."),
    ),
}

NOTICE_KINDS: dict[str, kinds.Kind] = {
    "review.planned": kinds.TODO,
    "review.held": kinds.TODO,
    "review.approved": kinds.news(_l("A management review I take part in was approved")),
    "review.supplement_written": kinds.TODO,
    "review.supplemented": kinds.news(_l("A management review whose pack I have was corrected")),
    "review_input.assigned": kinds.TODO,
    "review_input.due": kinds.DUE,
    "review_input.late": kinds.LATE,
    "review_input.escalated": kinds.LATE,
    "review_input.left": kinds.TODO,
    "review.distributed": kinds.news(_l("Minutes and pack of a management review come to me")),
    "review.deputy": kinds.TODO,
    "review.missing": kinds.DUE,
}
