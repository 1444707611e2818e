from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from audit_app.core.errors import Refused
from audit_app.imports import Field, Preview, guess_mapping, open_table, parse_map_option, read_rows
from audit_app.imports import parsing as p

CODES = {"open": ("Open", "开放"), "closed": ("Closed", "关闭")}
FIELDS = [
    Field("month", "Month", required=True, kind="month", aliases=("Period", "月份")),
    Field("service", "Service", aliases=("服务",)),
    Field("value", "Value", required=True, kind="number", aliases=("Actual", "实际值")),
]


def read(text: str, fields: list[Field], **options: Any) -> Preview:
    table = open_table(text.encode(), "t.csv")
    return read_rows(table, fields, guess_mapping(table, fields), **options)


def column(kind: Any, *values: str, **options: Any) -> Preview:
    field = Field("x", "X", kind=kind, choices=CODES)
    lines = "\n".join(f'{number},"{value}"' for number, value in enumerate(values))
    return read(f"No,X\n{lines}\n", [Field("no", "No"), field], **options)


def got(preview: Preview) -> list[Any]:
    return [row["x"] for row in preview.good]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1 234,5", "1234.5"),
        ("12 %", "12"),
        ("１２．５％", "12.5"),
        ("¥1,200.00", "1200.00"),
        ("(5)", "-5"),
        ("−3.5", "-3.5"),
        ("0,125", "0.125"),
        ("1'234'567", "1234567"),
        ("1.234.567", "1234567"),
        ("1,234", "1234"),
        ("1.234", "1.234"),
        ("1E+05", "1E+5"),
        (".5", "0.5"),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: str) -> None:
    assert got(column("number", text)) == [Decimal(value)]


def test_the_column_settles_what_a_comma_means() -> None:
    assert got(column("number", "1.234", "12,5")) == [Decimal(1234), Decimal("12.5")]
    assert got(column("number", "1,234", "12.5")) == [Decimal(1234), Decimal("12.5")]


def test_a_column_that_uses_both_marks_is_read_where_clear_and_doubted_where_not() -> None:
    preview = column("number", "12,5", "12.7", "1,234")
    assert got(preview) == [Decimal("12.5"), Decimal("12.7")]
    [problem] = preview.problems
    assert str(problem).startswith("Row 4, column “X” (B): “1,234” can be read in two ways")


@pytest.mark.parametrize("text", ["abc", "1,23,4", "12.3.4", "≥ 99", "1 2", "--5", "#DIV/0!", "．"])
def test_what_is_no_number_is_a_problem(text: str) -> None:
    assert len(column("number", text).problems) == 1


@pytest.mark.parametrize("text", ["-", "n/a", "N/A", "—", "不适用", "无", "?"])
@pytest.mark.parametrize("kind", ["number", "date", "month", "choice", "bool"])
def test_missing_is_not_zero(kind: str, text: str) -> None:
    assert got(column(kind, text)) == [None]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-31",
        "2026/3/31",
        "2026年3月31日",
        "２０２６年３月３１日",
        "31/3/2026",
        "3/31/2026",
        "31.03.2026",
        "20260331",
        "31 Mar 2026",
        "31-Mar-2026",
        "March 31, 2026",
        "2026-03-31 23:59",
    ],
)
def test_dates_are_read_as_people_write_them(text: str) -> None:
    assert got(column("date", text)) == [date(2026, 3, 31)]


def test_one_clear_date_settles_the_column() -> None:
    assert got(column("date", "03/04/2026", "25/04/2026")) == [date(2026, 4, 3), date(2026, 4, 25)]
    assert got(column("date", "03/04/2026", "04/25/2026")) == [date(2026, 3, 4), date(2026, 4, 25)]


def test_a_column_that_nothing_settles_asks_once_and_holds_its_rows() -> None:
    preview = column("date", "03/04/2026", "05/06/2026", "07/07/2026")
    assert got(preview) == [date(2026, 7, 7)]
    assert (preview.ambiguous, preview.held, len(preview.problems)) == (["x"], 2, 1)
    assert str(preview.problems[0]) == (
        "Row 2, column “X” (B): “03/04/2026” can be read in two ways: "
        "choose whether the day or the month comes first (2 rows wait)."
    )


@pytest.mark.parametrize(("day_first", "day"), [(True, date(2026, 4, 3)), (False, date(2026, 3, 4))])
def test_a_person_settles_it(day_first: bool, day: date) -> None:
    preview = column("date", "03/04/2026", day_first=day_first)
    assert got(preview) == [day]
    assert preview.ambiguous == []


def test_a_column_with_both_orders_reads_the_clear_dates_and_asks_for_the_rest() -> None:
    preview = column("date", "25/04/2026", "04/25/2026", "03/04/2026")
    assert got(preview) == [date(2026, 4, 25)] * 2
    assert preview.ambiguous == ["x"]


@pytest.mark.parametrize("text", ["31/02/2026", "2026-13-01", "soon", "45000", "2026-03-31 25:00"])
def test_what_is_no_date_is_a_problem(text: str) -> None:
    assert len(column("date", text).problems) == 1


def test_a_year_of_two_digits_is_asked_for_in_full() -> None:
    [problem] = column("date", "03/04/26").problems
    assert "four digits" in str(problem)


def test_moments_keep_their_time_and_zone() -> None:
    texts = ["29/2/2016 01:16", "2016-02-29T01:16:05Z", "2016-02-29 01:16 pm", "2016-02-29 01:16:00+08:00"]
    assert got(column("datetime", *texts)) == [
        datetime(2016, 2, 29, 1, 16),
        datetime(2016, 2, 29, 1, 16, 5, tzinfo=UTC),
        datetime(2016, 2, 29, 13, 16),
        datetime(2016, 2, 29, 1, 16, tzinfo=timezone(timedelta(hours=8))),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03",
        "2026/3",
        "2026年3月",
        "2026年03月份",
        "Mar 2026",
        "March 2026",
        "03/2026",
        "202603",
        "2026-03-15",
    ],
)
def test_months_are_read_as_people_write_them(text: str) -> None:
    assert got(column("month", text)) == [date(2026, 3, 1)]


@pytest.mark.parametrize("text", ["2026-13", "Mar 26", "Foo 2026", "3"])
def test_what_is_no_month_is_a_problem(text: str) -> None:
    assert len(column("month", text).problems) == 1


@pytest.mark.parametrize(
    ("read_one", "value", "result"),
    [
        (p.number, 0.1 + 0.2, Decimal("0.3")),
        (p.number, 5, Decimal(5)),
        (p.moment, date(2026, 3, 1), datetime(2026, 3, 1)),
        (p.month, datetime(2026, 3, 9, 7), date(2026, 3, 1)),
        (p.month, 202603, date(2026, 3, 1)),
        (p.truth, True, True),
    ],
)
def test_cells_of_a_workbook_keep_their_kind(read_one: Callable[[Any], Any], value: Any, result: Any) -> None:
    assert read_one(value) == result


@pytest.mark.parametrize(
    ("read_one", "value"), [(p.number, True), (p.moment, 45000), (p.number, date(2026, 1, 1))]
)
def test_cells_of_another_kind_are_not_forced(read_one: Callable[[Any], Any], value: Any) -> None:
    with pytest.raises(p.Unreadable):
        read_one(value)


def test_choices_and_yes_no_know_both_languages() -> None:
    assert got(column("choice", "OPEN", "关闭")) == ["open", "closed"]
    assert got(column("bool", "Yes", "否", "√", "×")) == [True, False, True, False]
    [problem] = column("choice", "maybe").problems
    assert "is none of: Open, Closed" in str(problem)
    assert "neither yes nor no" in str(column("bool", "[Yes/No]").problems[0])


def test_problems_name_row_and_column_as_the_person_sees_them() -> None:
    preview = read("Month,Service,Value\n2026-01,Mail,3\n\n2026-02,Mail,three\n2026-03,Mail,\n", FIELDS)
    assert [str(problem) for problem in preview.problems] == [
        "Row 4, column “Value” (C): “three” is not a number.",
        "Row 5, column “Value” (C): “Value” is needed and is empty.",
    ]
    assert preview.good == [{"month": date(2026, 1, 1), "service": "Mail", "value": Decimal(3)}]


def test_duplicates_contradictions_and_repeated_headings_are_told_apart() -> None:
    text = "Month,Service,Value\n2026-01,Mail,3\n2026-01,Mail,3\n2026-01,Mail,4\nMonth,Service,Value\n"
    preview = read(text, FIELDS, unique=("month", "service"))
    assert [(each.row, each.first) for each in preview.duplicates] == [(3, 2)]
    assert [str(each) for each in preview.problems] == [
        "Row 4: The same as row 2, but with other values: keep only one."
    ]
    assert [each.row for each in preview.skipped] == [5]
    assert len(read(text, FIELDS).good) == 2


def test_sections_are_given_to_the_rows_below_or_kept_as_rows() -> None:
    fields = [Field("clause", "Clause"), Field("prompt", "Question", required=True)]
    text = "Clause,Question\n5 Leadership,\n5.1,Who?\n6 Planning,\n6.1,What?\n"
    preview = read(text, fields, section="section")
    assert [(row["section"], row["prompt"]) for row in preview.good] == [
        ("5 Leadership", "Who?"),
        ("6 Planning", "What?"),
    ]
    assert preview.sections == [(2, "5 Leadership"), (4, "6 Planning")]
    assert [each.row for each in read(text, fields).problems] == [2, 4]


def test_rows_without_anything_of_ours_are_skipped() -> None:
    preview = read("Month,Value,Remark\n2026-01,1,\n,,only a remark\n", FIELDS)
    assert [(each.row, str(each.words)) for each in preview.skipped] == [(3, "nothing in the chosen columns")]


def test_a_required_field_without_column_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="Choose a column for: Month, Value"):
        read("a,b\n1,2\n", FIELDS)


@pytest.mark.parametrize(
    ("headings", "mapping"),
    [
        ("月份,服务,实际值", {"month": "A", "service": "B", "value": "C"}),
        ("Value (%),SERVICE ,Month", {"month": "C", "service": "B", "value": "A"}),
        ("Reporting Period,Servcie name,Actual value in %", {"month": "A", "value": "C"}),
        ("Month / 月份,Servise,实际值（分钟）", {"month": "A", "service": "B", "value": "C"}),
        ("x,y,z", {}),
    ],
)
def test_columns_are_proposed_by_name_in_both_languages(headings: str, mapping: dict[str, str]) -> None:
    table = open_table(f"{headings}\n1,2,3\n".encode(), "t.csv")
    assert guess_mapping(table, FIELDS) == mapping


@pytest.mark.parametrize(
    "text", ["month=Day, value=C", "month=a,value=column 3", 'month="Day",value=3', "month=Col A,value=第3列"]
)
def test_a_person_names_columns_by_heading_letter_or_number(text: str) -> None:
    table = open_table(b"Day,b,Sum\n1,2,3\n", "t.csv")
    assert parse_map_option(text, table, FIELDS) == {"month": "A", "value": "C"}


def test_a_heading_with_a_comma_stands_in_quotation_marks() -> None:
    table = open_table(b'"Sum, total",b\n1,2\n', "t.csv").set_header(1)
    assert parse_map_option('value="Sum, total"', table, FIELDS) == {"value": "A"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("month=Z", "There is no column “Z”. The columns are: “a” \\(A\\), “b” \\(B\\)"),
        ("colour=A", "There is no field “colour”. The fields are: month, service, value"),
        ("month", "cannot be read: write field=column"),
    ],
)
def test_a_slip_in_the_option_is_explained(text: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        parse_map_option(text, open_table(b"a,b\n1,2\n", "t.csv"), FIELDS)
