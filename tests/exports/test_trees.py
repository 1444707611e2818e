"""Trees and fishbones: every word is there, as text; nothing runs over the edge; any tree is taken."""

from xml.dom.minidom import parseString

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_app.exports import document as d
from audit_app.exports import pdf
from audit_app.exports.pdf_fonts import BOLD, REGULAR, width
from audit_app.exports.svg_tree import svg
from audit_app.exports.tree_layout import Picture, fishbone, rows
from tests.exports.samples import words_of

TEXT = "The field is optional since the move 迁移后该字段不再必填，表单可以直接保存。"


def chain(depth: int, text: str = TEXT) -> d.TreeNode:
    below = (chain(depth - 1, text),) if depth > 1 else ()
    return d.TreeNode(text, f"Why {depth}", "Shown by: <record> & 记录", depth == 1, "Root cause", below)


def fish(ribs: int) -> d.Fishbone:
    hanging = tuple(d.Rib(f"{place} {TEXT}", place == 0, "Root cause") for place in range(ribs))
    return d.Fishbone(TEXT * 3, tuple(d.Bone(f"Bone {place}", hanging) for place in range(6)))


def inside(picture: Picture) -> None:
    for words in picture.words:
        drawn = width(words.text, BOLD if words.strong else REGULAR, words.size)
        left = words.x - (drawn / 2 if words.middle else 0)
        assert left >= -0.5, words
        assert left + drawn <= picture.wide + 0.5, words
        assert 0 <= words.y <= picture.high, words
    for box in picture.boxes:
        assert box.x >= -0.5
        assert box.x + box.wide <= picture.wide + 0.5


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_chain_and_fishbone_hold_every_word_as_text(language: str) -> None:
    blocks = (d.Heading("Cause", 2), d.Tree((chain(5), chain(1))), fish(2))
    made = pdf.render(d.Document("Report", blocks, language=language))
    assert made == pdf.render(d.Document("Report", blocks, language=language))
    said = words_of(*blocks)
    assert said.count("Why5") == 1
    assert said.count("Why1") == 2
    assert "<record>&记录" in said
    assert "Bone5" in said


def test_a_long_chain_breaks_over_pages_and_many_ribs_are_counted() -> None:
    long = chain(10, TEXT * 6)
    assert len(rows(d.Tree((long, long)), 470)) == 20
    for picture in rows(d.Tree((long,)), 470):
        inside(picture)
    inside(fishbone(fish(9), 470))
    said = words_of(d.Tree((long, long)), fish(9))
    assert said.count("+3more") == 6


def test_a_page_gets_well_formed_svg_with_words_escaped() -> None:
    for drawing in (d.Tree((chain(3),)), fish(1)):
        drawn = parseString(str(svg(drawing, 'A "label" <b>')))  # noqa: S318  # made by ourselves
        assert drawn.documentElement.getAttribute("aria-label") == 'A "label" <b>'
    assert "<record>" not in svg(d.Tree((chain(1),)), "x")
    assert "&lt;record&gt;" in svg(d.Tree((chain(1),)), "x")


@settings(max_examples=40, deadline=None)
@given(st.recursive(
    st.builds(d.TreeNode, st.text(max_size=80), st.text(max_size=10), st.text(max_size=80), st.booleans()),
    lambda below: st.builds(d.TreeNode, st.text(max_size=80), nodes=st.lists(below, max_size=3).map(tuple)),
    max_leaves=8,
))  # fmt: skip
def test_any_tree_is_drawn_inside_its_frame(node: d.TreeNode) -> None:
    for picture in rows(d.Tree((node,)), 470):
        inside(picture)
    svg(d.Tree((node,)), "label")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.text(max_size=120), max_size=9), min_size=1, max_size=7), st.text(max_size=200))
def test_any_fishbone_is_drawn_inside_its_frame(bones: list[list[str]], head: str) -> None:
    made = tuple(
        d.Bone(f"Bone {place}", tuple(d.Rib(text) for text in each)) for place, each in enumerate(bones)
    )
    inside(fishbone(d.Fishbone(head, made), 470))
