"""Line breaking: words in English, characters in Chinese, punctuation never where it may not stand."""

from hypothesis import given, settings
from hypothesis import strategies as st

from audit_app.exports.pdf_fonts import REAL, REGULAR, drawable, width
from audit_app.exports.pdf_text import NO_END, NO_START, clipped, lines_of

CHINESE = (
    "根据标准，服务提供方应按计划的时间间隔进行内部审核"
    "（见《内部审核程序》）；结果：符合！是否有效？“是”、“否”。"
)


def test_english_breaks_between_words() -> None:
    text = "The service provider shall conduct internal audits at planned intervals"
    lines = lines_of(text, 10, 100)
    assert len(lines) > 2
    assert " ".join(lines) == text


def test_chinese_punctuation_neither_begins_nor_ends_a_line_wrongly() -> None:
    for room in range(40, 260, 3):
        lines = lines_of(CHINESE, 10, room)
        assert "".join(lines) == CHINESE
        assert not any(line[0] in NO_START for line in lines)
        assert not any(line[-1] in NO_END for line in lines)


def test_line_breaks_of_the_text_are_kept() -> None:
    assert lines_of("a\n\nb", 10, 100) == ("a", "", "b")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.floats(30, 400))
def test_no_line_is_wider_than_its_room_and_nothing_but_space_is_lost(text: str, room: float) -> None:
    lines = lines_of(text, 10, room)
    assert all(width(line, REGULAR, 10) <= room + 0.01 for line in lines)
    shown = "".join(drawable(line) for line in text.splitlines())
    assert "".join("".join(lines).split()) == "".join(shown.split())


def test_a_clipped_label_says_that_it_was_cut() -> None:
    assert clipped("short", 8, 200) == "short"
    cut = clipped("a much longer label than there is room for", 8, 60)
    assert REAL.get(ord(cut[-1])) == "…"
    assert width(cut, REGULAR, 8) <= 60
