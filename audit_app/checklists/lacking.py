"""What an answer can lack before its question is answered, in words.

Which of these an answer lacks is decided in :class:`audit_app.checklists.fieldwork.Answer`.
"""

from flask_babel import lazy_gettext as _l

from audit_app.checklists.models import Need

LACKS = {
    "reply": _l("The answer itself is missing: give it above the verdict."),
    "photo": _l("This question is answered by a photo: take one."),
    Need.NOTE.value: _l("This question needs a note: write what you saw."),
    Need.FILE.value: _l("This question needs a photo or a file as evidence: attach one."),
    Need.SAMPLE.value: _l("This question needs a sampling record: record the sample."),
    "why": _l("The verdict differs from what the answer proposes: write the reason in the note."),
}


def lacks_words(key: str) -> str:
    """What an answer lacks, as a demand to the person who answers."""
    return str(LACKS[key])
