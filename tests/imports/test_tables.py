import io
import time
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from audit_app.core import packed
from audit_app.core.errors import Refused
from audit_app.imports import Field, Limits, guess_mapping, open_table, read_rows, words_of
from audit_app.imports.values import index_of, letter

DATA = Path(__file__).parents[1] / "data"
CHECKLIST = [
    Field("section", "Section", aliases=("Audit area", "Area", "审核区域")),
    Field("clause", "Clause", aliases=("Clause reference", "条款")),
    Field("prompt", "Question", required=True, aliases=("Checklist item", "审核要点", "审核问题")),
    Field("evidence", "Evidence", aliases=("证据",)),
]


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def workbook(*rows: list[object], merge: tuple[str, ...] = ()) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    for area in merge:
        sheet.merge_cells(area)
    return saved(book)


def edited(data: bytes, part: str, change: dict[bytes, bytes]) -> bytes:
    """The workbook with bytes of one part replaced, as other programs write them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                for before, after in change.items():
                    assert before in content
                    content = content.replace(before, after)
            new.writestr(name, content)
    return buffer.getvalue()


def archive(**parts: bytes | str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def test_a_real_checklist_is_read_without_editing() -> None:
    table = open_table(DATA / "internal_audit_checklist.xlsx", known=words_of(CHECKLIST))
    assert (table.header.row, table.header.after) == (6, 8)
    assert [column.letter for column in table.columns] == list("CDEFGHIJK")
    mapping = guess_mapping(table, CHECKLIST)
    assert mapping == {"section": "C", "clause": "D", "prompt": "E", "evidence": "G"}
    preview = read_rows(table, CHECKLIST, mapping)
    assert preview.good_rows == [9, 10, 11, 12, 13, 14]
    assert preview.good[0]["section"] == "Information Security Policy"
    assert [row["clause"] for row in preview.good] == ["5.2", "A.8.1", "6.1.2", "A.16.1", "A.17.1", "A.7.2"]
    assert [*preview.problems, *preview.duplicates, *preview.skipped] == []


def test_the_real_checklist_is_read_the_same_without_known_names() -> None:
    assert open_table(DATA / "internal_audit_checklist.xlsx").header.row == 6


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n", "is empty"),
        (b"%PDF-1.7 ...", "is a PDF file"),
        (b"\x89PNG\r\n\x1a\n", "is a PNG file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, r"old Excel format \(\.xls\)"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        (b"\xef\xbb\xbf<html><table><tr><td>1</td></tr></table></html>", "web page with the name of a table"),
        ("\ufeff<!DOCTYPE html>".encode("utf-16-le"), "web page"),
        (b'<?xml version="1.0"?><Workbook/>', "is an XML file"),
        (archive(word__document=b"x"), "another kind of document"),
        (archive(**{"xl__workbook.bin": b"x"}), r"binary workbook \(\.xlsb\)"),
        (archive(**{"xl__workbook.xml": b"not xml"}), "damaged or incomplete"),
        (archive(**{"xl__workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}), "damaged or incomplete"),
        (workbook(["a", "b"])[:-200], "damaged or incomplete"),
        (b"PK\x03\x04 cut", "damaged or incomplete"),
        (archive(**{"xl__huge.xml": b"0" * 30_000_000}), "unpacks to far more"),
        (workbook(), "No sheet .* holds anything"),
        ("naïve café,crème brûlée\nélève,à côté".encode("latin-1"), "tried UTF-8, UTF-16, GB18030"),
        (b"abc\x00\x01\x02\x03def,1\x00\xff\x00\xd8", "not a table that can be read|could not be read"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        open_table(data, "list.xlsx")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"“gone\.csv” cannot be opened"):
        open_table(tmp_path / "gone.csv")


def test_the_sum_of_the_parts_has_a_limit() -> None:
    with pytest.raises(Refused, match="unpacks to far more"):
        open_table(workbook(["a", "b"]), "a.xlsx", limits=Limits(unpacked=1000))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_told_by_content(encoding: str, mark: str) -> None:
    lines = [["条款", "问题", "数值"], ["4.1", "是否识别了内外部因素?", "1"], ["4.2", "相关方有哪些?", "2"]]
    data = "\r\n".join(mark.join(line) for line in lines).encode(encoding)
    table = open_table(data, "表.xlsx")
    assert [column.header for column in table.columns] == lines[0]
    assert [text for _number, text in table.sample()] == lines[1:]


def test_commas_in_texts_and_quoted_line_breaks_do_not_mislead() -> None:
    text = (
        'Clause;Question\n4.1;"Is it, as ""planned"",\ndone?"\n4.2;Yes, no, maybe, who knows\n\n4.3;"a;b"\n'
    )
    table = open_table(text.encode(), "q.csv")
    assert table.sample() == [
        (2, ["4.1", 'Is it, as "planned",\ndone?']),
        (3, ["4.2", "Yes, no, maybe, who knows"]),
        (5, ["4.3", "a;b"]),
    ]


def test_the_delimiter_that_excel_is_told_counts() -> None:
    table = open_table(b"sep=|\r\na|b\r\n1,5|2,5\r\n", "q.csv")
    assert table.header.row == 2
    assert table.sample() == [(3, ["1,5", "2,5"])]


def test_an_endless_quotation_is_refused_with_its_row() -> None:
    data = b'a,b\n1,"' + b"x" * 140_000
    with pytest.raises(Refused, match="cannot be read after row 1"):
        open_table(data, "q.csv")


def test_a_sheet_that_claims_a_million_rows_costs_what_its_rows_cost() -> None:
    claimed = edited(
        workbook(["a", "b"], ["1", "2"]),
        "xl/worksheets/sheet1.xml",
        {b'ref="A1:B2"': b'ref="A1:XFD1048576"'},
    )
    start = time.perf_counter()
    assert len(list(open_table(claimed, "a.xlsx").rows())) == 1
    assert time.perf_counter() - start < 2


def test_title_rows_above_the_heading_are_passed_over() -> None:
    table = open_table(
        workbook(
            ["Quarterly report"], ["Made by", "IT"], [], ["Month", "Service", "Value"], ["2026-01", "Mail", 3]
        ),
        "a.xlsx",
    )
    assert table.header.row == 4
    assert table.sample() == [(5, ["2026-01", "Mail", "3"])]


@pytest.mark.parametrize("merge", [("A1:A2", "B1:C1"), ()])
def test_a_heading_of_two_rows_is_joined(merge: tuple[str, ...]) -> None:
    table = open_table(
        workbook(["Clause", "Period", None], [None, "From", "To"], ["4.1", "x", "y"], merge=merge), "a.xlsx"
    )
    assert (table.header.row, table.header.second) == (1, 2)
    assert [column.header for column in table.columns] == ["Clause", "Period / From", "Period / To"]


def test_a_merged_group_above_wide_names_is_joined() -> None:
    table = open_table(
        workbook(
            ["Result", None, "Time", None],
            ["Yes", "No", "From", "To"],
            [1, 2, 3, 4],
            merge=("A1:B1", "C1:D1"),
        ),
        "a.xlsx",
    )
    headers = [column.header for column in table.columns]
    assert headers == ["Result / Yes", "Result / No", "Time / From", "Time / To"]


def test_a_cell_merged_downwards_counts_for_each_row() -> None:
    table = open_table(
        workbook(["Area", "Question"], ["HR", "a"], [None, "b"], ["IT", "c"], merge=("A2:A3",)), "a.xlsx"
    )
    assert [text for _row, text in table.sample()] == [["HR", "a"], ["HR", "b"], ["IT", "c"]]


def test_cells_read_as_the_person_sees_them() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Percent", "Clause", "Sum", "Day", "Moment", "Yes", "Whole"])
    sheet.append([0.9941, 8.1, 0.1 + 0.2, date(2026, 3, 31), datetime(2026, 3, 31, 8, 5), True, 5.0])
    sheet["A2"].number_format = "0.00%"
    sheet["B2"].number_format = "0.00"
    [(_row, texts)] = open_table(saved(book), "a.xlsx").sample()
    assert texts == ["99.41%", "8.10", "0.3", "2026-03-31", "2026-03-31 08:05", "TRUE", "5"]


def test_formulas_read_as_their_stored_result_and_a_missing_result_is_told() -> None:
    fresh = workbook(["a", "b"], ["x", "=1+1"])
    table = open_table(fresh, "a.xlsx")
    assert table.sample() == [(2, ["x", ""])] or table.sample() == [(2, ["x"])]
    assert [str(note) for note in table.notes] == [
        "1 formula has no stored result and reads as empty: open the file in Excel and save it once."
    ]
    with zipfile.ZipFile(io.BytesIO(fresh)) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml")
    empty = next(
        form for form in (b"<f>1+1</f><v></v>", b"<f>1+1</f><v />", b"<f>1+1</f><v/>") if form in xml
    )
    stored = edited(fresh, "xl/worksheets/sheet1.xml", {empty: b"<f>1+1</f><v>2</v>"})
    table = open_table(stored, "a.xlsx")
    assert table.sample() == [(2, ["x", "2"])]
    assert table.notes == ()


def test_the_sheet_with_the_known_names_is_chosen_and_hidden_ones_are_not() -> None:
    book = Workbook()
    book.worksheets[0].append(["Cover", "Page"])
    book.worksheets[0].append(["x", "y"])
    hidden = book.create_sheet("Old")
    hidden.append(["Clause", "Question"])
    hidden.sheet_state = "hidden"
    book.create_sheet("List").append(["条款", "审核要点"])
    table = open_table(saved(book), "a.xlsx", known=words_of(CHECKLIST))
    assert (table.sheets, table.sheet, table.header.how) == (("Sheet", "Old", "List"), "List", "words")
    assert open_table(saved(book), "a.xlsx").sheet == "Sheet"
    assert open_table(saved(book), "a.xlsx", "Old").sheet == "Old"


def test_an_unknown_or_empty_sheet_is_refused() -> None:
    book = Workbook()
    book.worksheets[0].append(["a", "b"])
    book.create_sheet("Empty")
    with pytest.raises(Refused, match=r"has no sheet “Nope”; it has: Sheet, Empty"):
        open_table(saved(book), "a.xlsx", "Nope")
    with pytest.raises(Refused, match=r"The sheet “Empty” of “a\.xlsx” is empty"):
        open_table(saved(book), "a.xlsx", "Empty")


def test_rows_and_columns_have_limits() -> None:
    table = open_table(b"a,b\n1,2\n3,4\n5,6\n", "a.csv", limits=Limits(rows=2))
    with pytest.raises(Refused, match=r"“a\.csv” has more than 2 rows"):
        list(table.rows())
    with pytest.raises(Refused, match=r"Row 2 of “a\.csv” has more than 2 columns"):
        open_table(b"a,b\n1,2,3\n", "a.csv", limits=Limits(columns=2))


def test_a_person_may_set_the_heading() -> None:
    table = open_table(b"a,b\nc,d\n1,2\n", "a.csv")
    assert [str(column) for column in table.set_header(2).columns] == ["“c” (A)", "“d” (B)"]
    assert table.set_header(2).header.how == "hand"
    assert [str(column) for column in table.set_header(None).columns] == ["A", "B"]
    assert len(list(table.set_header(None).rows())) == 3
    with pytest.raises(Refused, match="Row 9 cannot be the heading"):
        table.set_header(9)


def test_numbers_alone_have_no_heading() -> None:
    table = open_table(b"1,2\n3,4\n", "a.csv")
    assert table.header.how == "none"
    assert len(list(table.rows())) == 2


def test_letters_are_those_of_a_spreadsheet() -> None:
    assert [letter(index) for index in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(index_of(letter(index)) == index for index in range(2000))


LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl__workbook.xml", "<?xml version='1.0'?><!--" + "x" * 5_000 + "-->" + LAUGHS),
        ("xl__sheet.bin", LAUGHS),
        ("xl__wide.xml", ("\ufeff" + LAUGHS).encode("utf-16-le")),
    ],
)
def test_entities_are_found_behind_a_long_remark_and_under_any_name(part: str, content: str | bytes) -> None:
    data = archive(**{"xl__other.xml": b"<a/>", part: content})
    with pytest.raises(Refused, match="damaged or incomplete"):
        open_table(data, "list.xlsx")
    with pytest.raises(packed.Unsafe) as unsafe:
        packed.check(io.BytesIO(data))
    assert unsafe.value.fault is packed.Fault.ENTITIES
