"""PDFs: they hold the text, in embedded fonts, the same bytes each time, and break where they must."""

import builtins
import io
import socket
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Picture
from pypdf import PdfReader

from audit_app.exports import document as d
from audit_app.exports import pdf, pdf_fonts
from audit_app.exports.values import Badge, Check, Link
from tests.exports.samples import chart, every_block, pdf_of, words_of


@pytest.fixture(scope="module")
def paper() -> PdfReader:
    return PdfReader(BytesIO(pdf.render(every_block())))


def test_the_same_document_gives_the_same_bytes() -> None:
    assert pdf.render(every_block()) == pdf.render(every_block())


def test_another_word_gives_other_bytes() -> None:
    assert pdf.render(d.Document("T", (d.Text("a"),))) != pdf.render(d.Document("T", (d.Text("b"),)))


def test_every_font_in_the_file_is_embedded(paper: PdfReader) -> None:
    names = set()
    for page in paper.pages:
        for reference in page["/Resources"]["/Font"].values():
            font = reference.get_object()
            names.add(font["/BaseFont"])
            assert "/FontFile2" in font["/FontDescriptor"].get_object()
    assert names
    assert all("NotoSansSC" in name for name in names)


def test_every_page_but_the_cover_says_its_number_version_and_hash(paper: PdfReader) -> None:
    total = len(paper.pages)
    assert "of" not in paper.pages[0].extract_text().split()
    for number, page in enumerate(paper.pages[1:], 2):
        text = page.extract_text()
        assert f"Page {number} of {total}" in text
        assert "Version 2.0" in text
        assert "a1b2c3d4" in text
        assert "Hengxin 恒信" in text


def test_the_contents_name_the_page_on_which_each_heading_stands(paper: PdfReader) -> None:
    contents = paper.pages[1].extract_text().split("\n")
    for heading in ("1 Decisions", "1.1 Figures", "2 Sign-off"):
        page = next(
            number for number, page in enumerate(paper.pages[2:], 3) if heading in page.extract_text()
        )
        assert any(line.startswith(heading) for line in contents)
        assert str(page) in contents


def test_the_outline_leads_to_the_same_pages(paper: PdfReader) -> None:
    flat: list[Any] = []

    def walk(entries: list[Any]) -> None:
        for entry in entries:
            walk(entry) if isinstance(entry, list) else flat.append(entry)

    walk(paper.outline)
    assert [entry.title for entry in flat] == ["1 Decisions", "1.1 Figures", "2 Sign-off"]
    for entry in flat:
        number = paper.get_destination_page_number(entry)
        assert entry.title in paper.pages[number].extract_text()


def test_metadata_name_title_author_and_language(paper: PdfReader) -> None:
    assert paper.metadata is not None
    assert paper.metadata.title == "Review"
    assert paper.metadata.author == "Hengxin 恒信"
    chinese = PdfReader(BytesIO(pdf.render(every_block("zh_Hans_CN"))))
    assert chinese.trailer["/Root"]["/Lang"] == "zh-CN"


def test_markup_is_printed_as_typed() -> None:
    evil = "<b>bold</b> & <img src=x> &amp; <para> </font> {{x}} %(y)s"
    squeezed = evil.replace(" ", "")
    grid = d.Grid(
        (d.GridColumn(evil),), ((evil,), (Badge(evil),), (Check(True, evil),), (Link(evil, "#nowhere"),))
    )
    blocks = (d.Heading(evil), d.Text(evil), grid, d.Callout(evil, title=evil), d.Bullets((evil,)))
    assert words_of(*blocks).count(squeezed) == 10


def test_links_lead_to_headings_and_addresses_and_nowhere_else() -> None:
    reader = pdf_of(
        d.Heading("Goal", anchor="目标 (1)"),
        d.Facts((("a", Link("in", "#目标 (1)")), ("b", Link("out", "https://example.org/一?x=(1)")),
                 ("c", Link("bad", "javascript:alert(1)")), ("d", Link("gone", "#nowhere")))),
    )  # fmt: skip
    links = [reference.get_object() for reference in reader.pages[0]["/Annots"]]
    assert len(links) == 2
    assert "example.org" in str(links[1]["/A"]["/URI"])


def test_unknown_characters_leave_a_visible_box_and_ticks_never_turn_into_one() -> None:
    assert "a[U+1F600]b" in words_of(d.Text("a😀b"))
    assert "[√]" in words_of(d.Text("☑"))
    assert pdf_fonts.drawable("👨\u200d👩") == "[U+1F468][U+1F469]"


def test_rare_names_are_drawn_and_can_be_copied_from_the_page() -> None:
    rare = "王䶮㛃𬭎𠂉Nguyễn"
    assert words_of(d.Text(rare)).startswith(rare)
    assert "ZoëÓ" in words_of(d.Text("Zoe\u0308 O\u0301"))
    line = "𬭎" * 400
    assert words_of(d.Text(line)).count("𬭎") == 400


def test_a_paper_that_names_characters_by_their_number_says_so_once_at_its_end() -> None:
    text = words_of(d.Text("𠮷野"), d.Facts((("🙂", "𠮷"),)))
    assert text.count("notinthefont") == 1
    assert text.count("[U+20BB7]") == 3
    many = words_of(d.Text("".join(chr(0x1F600 + place) for place in range(20))))
    assert "+8more" in many
    assert "notinthefont" not in words_of(d.Text("王䶮 – é"))


def test_a_cell_of_fifty_thousand_characters_breaks_over_pages_and_loses_none() -> None:
    long = "".join(chr(0x4E00 + i % 3000) for i in range(50_000))
    reader = pdf_of(d.Grid((d.GridColumn("A"), d.GridColumn("B", 3)), (("x", long),)))
    assert len(reader.pages) > 10
    text = "".join("".join(page.extract_text() for page in reader.pages).split())
    assert sum("\u4e00" <= char <= "\u9fff" for char in text) == 50_000


def test_a_word_without_any_break_is_cut_at_the_margin_and_stays_whole() -> None:
    assert words_of(d.Text("W" * 5000), d.Heading("H" * 300)).count("W") == 5000


def test_a_long_table_repeats_its_header_and_keeps_every_row() -> None:
    rows = tuple((f"row{i:04d}", "text " * (i % 9)) for i in range(400))
    reader = pdf_of(d.Grid((d.GridColumn("HeadA"), d.GridColumn("HeadB", 3)), rows))
    assert len(reader.pages) > 5
    assert all("HeadA" in page.extract_text() for page in reader.pages)
    text = "".join(page.extract_text() for page in reader.pages)
    assert all(text.count(f"row{i:04d}") == 1 for i in range(400))


def test_what_a_limit_leaves_out_is_counted() -> None:
    text = words_of(d.Grid((d.GridColumn("A"),), tuple((f"r{i}",) for i in range(10)), limit=3))
    assert "+7more" in text
    assert "r2" in text
    assert "r3" not in text


def test_an_empty_table_says_why_or_that_it_is_empty() -> None:
    column = (d.GridColumn("A"),)
    assert "Nonewasfound." in words_of(d.Grid(column, (), empty="None was found."))
    assert "Noentries." in words_of(d.Grid(column, ()))


def test_a_heading_is_never_the_last_thing_on_a_page() -> None:
    for filler in range(30, 48):
        reader = pdf_of(
            d.Text("\n".join(["line"] * filler)), d.Heading("Late heading"), d.Text("follower " * 60)
        )
        page = next(page for page in reader.pages if "Late heading" in page.extract_text())
        assert "follower" in page.extract_text()


def test_nobody_signs_a_page_that_holds_nothing_else() -> None:
    signatures = (d.Heading("Signatures", 2), d.Signatures((d.Signature("Auditor", "Wei"),) * 5))
    for filler in range(20, 48):
        reader = pdf_of(d.Text("\n".join(["line"] * filler)), d.Facts((("Closed on", "today"),)), *signatures)
        page = next(page for page in reader.pages if "Signatures" in page.extract_text())
        assert "Closed on" in page.extract_text()
        assert len(reader.pages) <= 2


def test_a_short_box_is_not_torn_and_a_long_one_says_its_title_again() -> None:
    for filler in range(30, 48):
        reader = pdf_of(
            d.Text("\n".join(["line"] * filler)), d.Callout(("one", "two", "three"), "bad", "Late")
        )
        page = next(page for page in reader.pages if "Late" in page.extract_text())
        assert "three" in page.extract_text()
    reader = pdf_of(d.Callout(tuple(f"row {number}" for number in range(120)), "bad", "Late"))
    assert len(reader.pages) > 1
    assert all(page.extract_text().count("Late") == 1 for page in reader.pages)


def test_the_running_header_names_the_code_once() -> None:
    blocks = (d.Text("text"),)
    for title, code in (("MR-1 Review", "MR-1"), ("Review", "MR-1")):
        reader = PdfReader(BytesIO(pdf.render(d.Document(title, blocks, code=code))))
        assert reader.pages[0].extract_text().count("MR-1") == 1


def test_a_picture_is_drawn_and_broken_bytes_get_a_sentence() -> None:
    packed = BytesIO()
    Picture.new("RGBA", (3000, 200), (200, 30, 30, 128)).save(packed, "PNG")
    reader = pdf_of(d.Image(packed.getvalue(), "Rack"))
    assert len(reader.pages[0].images) == 1
    assert "Thispicturecannotbeshown." in words_of(d.Image(b"\x89PNG broken", "Rack"))


def test_a_document_without_blocks_is_one_page() -> None:
    assert len(pdf_of().pages) == 1


@pytest.mark.parametrize("points", [0, 1, 2, 24, 36, 500])
@pytest.mark.parametrize("kind", ["line", "bar", "stacked"])
def test_charts_of_any_length_can_be_printed(kind: str, points: int) -> None:
    text = words_of(d.Figure(chart(points, kind)))
    assert "Availability可用性" in text
    assert ("Nodataforthisperiod." in text) == (points == 0)
    assert ("Target≥95" in text) == (points > 0)
    assert "Source:Monitoring" in text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=40))
def test_any_text_can_be_printed_anywhere(long: str, short: str) -> None:
    grid = d.Grid((d.GridColumn(short), d.GridColumn("b", 0.2)), ((long, short), (Badge(short, short), long)))
    blocks = (d.Cover(long, short, facts=((short, long),), notice=long), d.Contents(), d.Heading(short),
              d.Text(long), grid, d.Callout(long, "warn", short), d.Bullets((long,)),
              d.Signatures((d.Signature(short, long),)))  # fmt: skip
    paper = d.Document(short, blocks, short, short, short, watermark=short, hash8="0" * 8)
    assert PdfReader(BytesIO(pdf.render(paper))).pages


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Notes every attempt to open a file or a connection."""
    pdf_fonts.load()
    pdf.render(d.Document("warm", (d.Figure(chart(3)),)))
    tried: list[str] = []

    def refuse(*args: object, **_kwargs: object) -> None:
        tried.append(repr(args[:1]))
        raise OSError("sealed")

    with monkeypatch.context() as patch:
        patch.setattr(builtins, "open", refuse)
        patch.setattr(io, "open", refuse)
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        yield tried


def test_no_text_makes_the_renderer_open_a_file_or_a_connection(sealed: list[str]) -> None:
    evil = "<img src='http://127.0.0.1/x.png'/> file:///etc/passwd /etc/passwd"
    pdf.render(
        d.Document(evil, (d.Text(evil), d.Image(evil.encode(), evil), d.Facts(((evil, Link(evil, evil)),))))
    )
    assert sealed == []
