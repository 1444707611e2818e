"""Words of this domain for trail and timeline."""

from typing import Any

from flask_babel import lazy_gettext as _l

SENTENCES: dict[str, Any] = {
    "process.note": _l("told what weighs in the audit programme"),
    "process.note_end": _l("said that it no longer weighs"),
    "proposal.make": _l("had a programme proposed"),
    "proposal.adjust": _l("adjusted the proposed programme"),
    "proposal.plan": _l("turned the proposal into planned audits"),
    "proposal.discard": _l("discarded the proposed programme"),
}

FIELDS: dict[str, Any] = {
    "ended_on": _l("No longer holds since"),
    "first_year": _l("First year"),
    "since": _l("Since"),
    "words": _l("What changed or is demanded"),
    "years": _l("Years"),
}
