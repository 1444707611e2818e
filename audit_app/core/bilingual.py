"""Text that carries both languages side by side, “中文 / English”, as sources and titles that ship do."""

import re

from flask_babel import get_locale

_HAN = re.compile(r"[\u4e00-\u9fff]")


def in_own_language(text: str) -> str:
    """The half of a text in both languages that this reply speaks; any other text as it is."""
    chinese, slash, english = text.partition(" / ")
    if not slash or not _HAN.search(chinese) or _HAN.search(english):
        return text
    locale = get_locale()
    return chinese if locale is not None and locale.language == "zh" else english
