"""Quotes, dots and apostrophes take the form of the script they stand in, and are read as what was typed."""

from io import BytesIO

from pypdf import PdfReader

from audit_app.exports.document import Document, Text
from audit_app.exports.pdf import render
from audit_app.exports.pdf_fonts import HELD, REAL, REGULAR, drawable, width
from audit_app.exports.pdf_text import clipped, lines_of

SIZE = 10.0


def latin(text: str) -> str:
    """The marks of a text that are drawn in their Latin form, as typed."""
    return "".join(REAL[ord(char)] for char in drawable(text) if ord(char) in REAL)


def test_quotes_of_an_english_sentence_are_as_wide_as_their_ink() -> None:
    assert latin("the plan says “restore from backup” without the owner’s trial…") == "“”’…"
    assert width(drawable("“"), REGULAR, SIZE) < 5


def test_quotes_of_a_chinese_sentence_keep_their_square() -> None:
    assert latin("方案写明“从备份恢复”，未经试验……") == ""
    assert width(drawable("“是”"), REGULAR, SIZE) == 3 * SIZE


def test_a_pair_in_a_chinese_sentence_is_drawn_alike_whatever_stands_inside() -> None:
    assert latin("指标“CMDB accuracy”没有数值") == ""
    assert latin("“RFC”已批准") == ""


def test_an_english_quotation_beside_chinese_words_keeps_its_form() -> None:
    assert latin("魏岚 wrote: the tool says “review” twice, it's the owner’s") == "“”’"


def test_a_dot_between_latin_words_is_narrow_and_between_chinese_ones_is_not() -> None:
    assert latin("Audit plan · SMS-IA-2026-02") == "·"
    assert latin("审核计划 · SMS-IA-2026-02") == ""


def test_the_page_says_what_was_typed() -> None:
    typed = "The plan says “restore from backup”; that is the owner’s word… · so"
    paper = Document("Quotes “here”", (Text(typed), Text("方案写明“从备份恢复”。")))
    pages = PdfReader(BytesIO(render(paper))).pages
    text = "".join("".join(page.extract_text() for page in pages).split())
    assert "".join(typed.split()) in text
    assert "“从备份恢复”" in text
    assert not any(chr(held) in text for held in HELD.values())


def test_drawable_text_stays_what_it_is() -> None:
    once = drawable("the plan says “restore” · now…")
    assert drawable(once) == once


def test_a_code_is_not_torn_at_its_hyphens() -> None:
    for room in range(90, 300, 7):
        lines = lines_of(
            "Audits: SMS-EA-2026-01, SMS-IA-2026-02, SMS-IA-2026-03 and NC-2026-004.", SIZE, room
        )
        assert not any(
            line.rstrip(",").endswith(("SMS-", "IA-", "SMS-IA-", "NC-", "2026-")) for line in lines
        )


def test_a_cut_label_ends_with_the_dots_of_its_script() -> None:
    assert ord(clipped("a much longer label than there is room for", 8, 60)[-1]) in REAL
    assert clipped("比可用的位置长得多的标签文字在这里", 8, 60).endswith("…")
