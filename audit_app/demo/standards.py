"""The chapter of clause texts: FitSM in both languages, read from sheets as people would bring them."""

import csv
import hashlib
import io
from functools import partial
from typing import Any

from audit_app.checklists import library
from audit_app.demo.story import Story, texts
from audit_app.standards import importing, services
from audit_app.standards.models import ClauseTextSource, TextLanguage
from audit_app.standards.services import Licence

TEMPLATE = "fitsm-3.0"


def tell(story: Story) -> None:
    """A first sheet that was not whole, its withdrawal, the whole text, and a translation."""
    days = texts("standards")["days"]
    first: list[ClauseTextSource] = []
    story.plan(days["first"], 14, lambda: first.append(_bring(story, TextLanguage.EN, "GR")))
    reason = story.said(texts("standards"))["reason"]
    story.plan(days["withdrawn"], 9, lambda: services.withdraw(first[0], reason, by=story.people["lin"]))
    story.plan(days["whole"], 9.5, partial(_bring, story, TextLanguage.EN))
    story.plan(days["chinese"], 15, partial(_bring, story, TextLanguage.ZH))


def _bring(story: Story, language: TextLanguage, beginning: str = "") -> ClauseTextSource:
    words, data = story.said(texts("standards")), _sheet(language, beginning)
    name = f"FitSM-1_3.0_{language.value}.csv"
    licence = Licence(
        standard="FitSM-1",
        edition="3.0",
        language=language,
        title=words["title"],
        holder=words["holder"],
        note=words["note" if language is TextLanguage.EN else "chinese_note"],
        allowed=True,
    )
    found = importing.preview(data, name, language=language.value)
    facts: dict[str, Any] = {"file_name": name, "sha256": hashlib.sha256(data).hexdigest()}
    return services.import_texts(found.rows, licence, **facts, by=story.people["lin"])


def _sheet(language: TextLanguage, beginning: str) -> bytes:
    """The requirements as a table, headings included, as somebody types them off."""
    source = next(each for each in library.shipped() if each.key == TEMPLATE)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["Clause", "Title", "Text"])
    for item in source.items:
        title, prompt = (
            (item.title_en, item.prompt_en)
            if language is TextLanguage.EN
            else (item.title_zh, item.prompt_zh)
        )
        if item.number.startswith(beginning):
            writer.writerow([item.number, title, prompt or ""])
    return file.getvalue().encode()
