"""Words of this domain for trail, timeline and notices."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.notifications import kinds

SENTENCES: dict[str, Any] = {
    "plan.write": _l("wrote the audit plan"),
    "plan.propose": _l("had an agenda proposed from the scope"),
    "plan.slot_add": _l("added a slot to the agenda"),
    "plan.slot_edit": _l("changed a slot of the agenda"),
    "plan.slot_drop": _l("took a slot out of the agenda"),
    "plan.slot_move": _l("let two slots of the agenda change places"),
    "plan.approve": _l("approved the audit plan"),
    "plan.confirm": _l("confirmed the time of a slot"),
    "plan.other_time": _l("asked for another time"),
    "plan.replies": _l("set aside what auditees had asked for in the agenda before"),
    "plan.copy": _l("took the plan over from an earlier audit"),
    "audit.next": _l("planned the next audit with the same scope"),
    "meeting.record": _l("recorded a meeting of the audit"),
    "opinion.record": _l("recorded a diverging opinion"),
    "opinion.edit": _l("changed the record of a diverging opinion"),
    "feed.make": _l("made a secret address for the calendar"),
    "feed.revoke": _l("revoked the secret address of the calendar"),
}

FIELDS: dict[str, Any] = {
    "about": _l("Point"),
    "edition": _l("Edition"),
    "follow_up": _l("Follow-up of earlier audits"),
    "further": _l("Further points"),
    "held_at": _l("Begin"),
    "ended_at": _l("End"),
    "notes": _l("Minutes"),
    "place": _l("Place"),
    "points": _l("Points made"),
    "resources": _l("Resources and logistics"),
    "settled": _l("How it was settled"),
    "spoken": _l("Language of the audit"),
    "who": _l("Whose opinion"),
    "words": _l("Opinion"),
}

NOTICES: dict[str, tuple[Any, Any]] = {
    "plan.approved": (
        _l("Audit plan: %(code)s"),
        _l(
            "The plan of the audit “%(title)s” is approved. Your times are on its page and enclosed for your "
            "calendar. Please confirm them, or ask for another time."
        ),
    ),
    "plan.changed": (
        _l("Audit plan changed: %(code)s"),
        _l(
            "The plan of the audit “%(title)s” has changed and is approved again. Your times are on its page "
            "and enclosed for your calendar. Please confirm them again where they moved."
        ),
    ),
    "plan.other_time": (
        _l("Another time asked for: %(code)s"),
        _l("An auditee of the audit “%(title)s” asks for another time. The reason is on the plan."),
    ),
}

NOTICE_KINDS: dict[str, kinds.Kind] = {
    "plan.approved": kinds.TODO,
    "plan.changed": kinds.NOW,
    "plan.other_time": kinds.NOW,
}
