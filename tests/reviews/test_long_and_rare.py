"""Texts of 50,000 letters, emoji and rare characters come out whole: nothing is cut and nothing is an empty box."""

import re
from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook
from pypdf import PdfReader

from audit_app.reviews import exports, services
from audit_app.reviews.compile import compile_pack
from tests.reviews import factory

RARE = "𠮷田、㛃、龘、🙂"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.TODAY, tick=True):
        yield


@pytest.fixture
def pack(people):
    review = factory.preparing(people)
    numbers = " ".join(f"w{number:05d}" for number in range(7100))
    services.write_input(review, "b", text=f"{RARE} {numbers}"[:50_000], by=people.manager)
    services.write_input(review, "k", text="😀" * 20_000, by=people.manager)
    return compile_pack(review)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_paper_holds_every_word_and_names_what_its_font_lacks(pack, language):
    said = "".join(
        page.extract_text() for page in PdfReader(BytesIO(exports.render(pack, language, "pdf"))).pages
    )
    assert "□" not in said
    for shown in ("[U+20BB7]", "㛃", "龘", "[U+1F642]"):
        assert shown in said
    assert set(re.findall(r"w\d{5}", said)) == {f"w{number:05d}" for number in range(7100)}


def test_sheet_holds_every_letter_over_several_cells_that_say_so(pack):
    book = load_workbook(BytesIO(exports.render(pack, "en", "xlsx")))
    cells = [str(cell.value or "") for row in book["Input b"].iter_rows() for cell in row]
    told = "".join(re.sub(r" \[part \d of \d\]$", "", cell) for cell in cells)
    assert RARE in told
    assert set(re.findall(r"w\d{5}", told)) == {f"w{number:05d}" for number in range(7100)}
    assert any(cell.endswith("[part 1 of 4]") for cell in cells)
    assert not any("[Cut here" in cell for cell in cells)
    smiles = "".join(str(cell.value or "") for row in book["Input k"].iter_rows() for cell in row)
    assert smiles.count("😀") == 20_000
