"""Words of this domain for trail, timeline and notices."""

from typing import Any

from flask_babel import lazy_gettext as _l

SENTENCES: dict[str, Any] = {
    "template.load": _l("put the shipped checklist into the library"),
    "template.add": _l("began a new checklist"),
    "template.copy": _l("copied a checklist"),
    "template.new_version": _l("began a new version"),
    "template.edit": _l("changed title or origin"),
    "template.publish": _l("published the version"),
    "template.retire": _l("took the version out of use"),
    "template.discard": _l("threw the draft away"),
    "template.import": _l("imported questions from a file"),
    "question.add": _l("added a question"),
    "question.edit": _l("changed a question"),
    "question.move": _l("moved a question"),
    "question.remove": _l("removed a question"),
    "checklist.add": _l("added a checklist to the audit"),
    "checklist.remove": _l("took a checklist out of the audit"),
}

FIELDS: dict[str, Any] = {
    "title_en": _l("Title in English"),
    "title_zh": _l("Title in Chinese"),
    "attribution_en": _l("Attribution in English"),
    "attribution_zh": _l("Attribution in Chinese"),
    "licence": _l("Licence"),
    "source": _l("Source"),
    "number": _l("Version"),
    "state": _l("State"),
    "position": _l("Position"),
    "clause": _l("Clause"),
    "section": _l("Section"),
    "assessable": _l("Question"),
    "prompt_en": _l("Question in English"),
    "prompt_zh": _l("Question in Chinese"),
    "evidence_en": _l("Expected evidence in English"),
    "evidence_zh": _l("Expected evidence in Chinese"),
    "documented_information": _l("Documented information"),
    "process_code": _l("Process"),
}
