"""Reading logs: rules, problems and refusals, on small files."""

import csv
import gzip
import io
import zipfile
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.core.errors import Refused
from audit_app.indicators import logs
from audit_app.indicators.logs import Outage, ProblemKind, Ticket, TicketReading, read_outages, read_tickets
from audit_app.indicators.moments import instant, moment_of, moment_reader, sqlite_text
from audit_app.indicators.profiles import LogProfile, outage_profile, ticket_profile

GENERIC = ticket_profile("generic")
HEADER = ["number", "opened", "resolved", "closed", "state", "priority", "category", "reopened", "sla_met"]


def profile(**changes: Any) -> LogProfile:
    return LogProfile.model_validate(GENERIC.model_dump() | changes)


UPDATES = profile(rows={"rule": "last"})
NEWEST = profile(rows={"rule": "last", "by": "updated"})


def table(*rows: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def saved(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "log.csv"
    path.write_bytes(text.encode(encoding))
    return path


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]  # mypy cannot count the parts


ONE = ["T1", "2026-03-01 08:00", "2026-03-01 09:30", "2026-03-02", "Closed", "高", "Mail", "2", "是"]
TWO = ["T2", "2026-03-05T10:00+08:00", "", "", "Open", "Odd", "", "0", ""]


def test_a_plain_table_becomes_tickets(tmp_path: Path) -> None:
    log = read_tickets(saved(tmp_path, table(HEADER, ONE, TWO)), GENERIC)
    assert log.tickets == [
        Ticket(
            "T1", at(2026, 3, 1, 8), at(2026, 3, 1, 9, 30), at(2026, 3, 2), True, True, "P2", "Mail", "Closed"
        ),
        Ticket("T2", at(2026, 3, 5, 2), None, None, None, False, "Odd", "", "Open"),
    ]
    assert (log.rows, log.problems) == (2, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_tables_are_read_in_the_encodings_excel_writes(tmp_path: Path, encoding: str) -> None:
    text = table(["工单号", "创建时间", "类别"], ["一号", "2026/3/1 8:05", "邮件"])
    (ticket,) = read_tickets(saved(tmp_path, text, encoding), GENERIC).tickets
    assert (ticket.number, ticket.category, ticket.opened_at) == ("一号", "邮件", at(2026, 3, 1, 8, 5))


def test_the_clock_of_the_log_is_turned_into_utc(tmp_path: Path) -> None:
    shanghai = profile(timezone="Asia/Shanghai")
    (ticket,) = read_tickets(saved(tmp_path, table(HEADER, ONE)), shanghai).tickets
    assert ticket.opened_at == at(2026, 3, 1, 0)


def test_the_first_response_is_kept_where_the_log_has_it(tmp_path: Path) -> None:
    path = saved(
        tmp_path, table(["id", "created", "first_response_at"], ["1", "2026-03-01 08:00", "2026-03-01 08:10"])
    )
    assert read_tickets(path, GENERIC).tickets[0].responded_at == at(2026, 3, 1, 8, 10)


def test_packed_files_are_read_like_plain_ones_whatever_they_are_called(tmp_path: Path) -> None:
    text = table(HEADER, ONE, TWO).encode()
    plain = read_tickets(saved(tmp_path, text.decode()), GENERIC)
    (tmp_path / "a.dat").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "b.csv", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("folder/Log.CSV", text)
        packed.writestr("__MACOSX/folder/._Log.CSV", b"junk")
        packed.writestr("folder/._x.csv", b"junk")
        packed.writestr("read me.txt", b"words")
    assert read_tickets(tmp_path / "a.dat", GENERIC) == plain
    assert read_tickets(tmp_path / "b.csv", GENERIC) == plain


@pytest.mark.parametrize("names", [[], ["a.csv", "b.csv"], ["a.txt"]])
def test_a_zip_must_hold_one_table(tmp_path: Path, names: list[str]) -> None:
    path = tmp_path / "log.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("note.txt", "x")
        for name in names:
            packed.writestr(name, "x")
    with pytest.raises(Refused, match="exactly one CSV"):
        read_tickets(path, GENERIC)


def test_a_damaged_packed_file_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(table(HEADER, *[[f"T{i}", *ONE[1:]] for i in range(500)]).encode())
    path = tmp_path / "log.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refused, match="damaged"):
        read_tickets(path, GENERIC)
    path.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(Refused, match="damaged"):
        read_tickets(path, GENERIC)


def test_a_locked_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("log.csv", "number,opened\n")
    locked = bytearray(path.read_bytes())
    locked[6] |= 1  # the flag "encrypted" in the file's own header and in the table of contents
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(locked)
    with pytest.raises(Refused, match="password"):
        read_tickets(path, GENERIC)


def test_a_file_in_no_known_encoding_is_refused(tmp_path: Path) -> None:
    strict = profile(encodings=("utf-8-sig", "ascii"))
    path = saved(tmp_path, table(["编号", "opened"]), "gb18030")
    with pytest.raises(Refused, match="utf-8-sig / ascii"):
        read_tickets(path, strict)


@pytest.mark.parametrize(
    ("text", "words"), [("", "empty"), ("\n1,2\n", "empty"), ("a,b\n1,2\n", "no column")]
)
def test_a_file_without_the_right_header_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_tickets(saved(tmp_path, text), GENERIC)


def test_a_cell_without_end_is_refused_and_not_swallowed(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="not a readable CSV"):
        read_tickets(saved(tmp_path, table(HEADER) + '"' + "x" * 200_000), GENERIC)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"gone\.csv cannot be read"):
        read_tickets(tmp_path / "gone.csv", GENERIC)


def test_a_log_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_ROWS", 2)
    with pytest.raises(Refused, match="more than 2 rows"):
        read_tickets(saved(tmp_path, table(HEADER, ONE, ONE, ONE)), GENERIC)
    outages = saved(tmp_path, table(["service", "start", "end"], *[["Mail", "2026-03-01", "2026-03-02"]] * 3))
    with pytest.raises(Refused, match="more than 2 rows"):
        read_outages(outages, outage_profile("outages"))


def test_progress_is_told_as_rows_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "STRETCH", 2)
    told: list[tuple[int, float]] = []
    read_tickets(
        saved(tmp_path, table(HEADER, *[[f"T{i}", *ONE[1:]] for i in range(5)])),
        GENERIC,
        lambda rows, share: told.append((rows, share)),
    )
    assert [rows for rows, _share in told] == [2, 4, 5]
    assert told[-1][1] == 1


def test_problems_are_collected_with_their_rows_and_the_rest_is_read(tmp_path: Path) -> None:
    bad = [
        ["T3", "yesterday", "", "", "", "", "", "", ""],
        ["T4", "2026-03-02", "soon", "2026-03-01", "", "", "", "perhaps", "maybe"],
        ["T1", *TWO[1:]],
        ["T5", "2026-03-01"],
        [],
        ["", *ONE[1:]],
    ]
    log = read_tickets(saved(tmp_path, table(HEADER, ONE, *bad, TWO)), GENERIC)
    assert [ticket.number for ticket in log.tickets] == ["T1", "T4", "T2"]
    assert log.tickets[0].state == "Closed", "of a number that is there twice the first row counts"
    assert log.tickets[1] == Ticket("T4", at(2026, 3, 2))
    assert [(p.row, p.kind, p.subject, p.value) for p in log.problems] == [
        (3, ProblemKind.NO_START, "T3", "yesterday"),
        (4, ProblemKind.BEFORE_OPENED, "T4", "2026-03-01"),
        (4, ProblemKind.UNKNOWN_WORD, "T4", "maybe"),
        (4, ProblemKind.UNKNOWN_WORD, "T4", "perhaps"),
        (4, ProblemKind.UNREADABLE, "T4", "soon"),
        (5, ProblemKind.DUPLICATE, "T1", ""),
        (6, ProblemKind.SHORT, "T5", ""),
        (8, ProblemKind.NO_KEY, "", ""),
    ]
    assert log.rows == 8
    assert all(str(problem.kind.label) for problem in log.problems)


def test_in_a_log_of_updates_the_last_row_counts_even_between_others(tmp_path: Path) -> None:
    rows = [ONE, TWO, ["T1 ", "2026-03-01 08:00", "", "", "Open again", "", "", "1", "否"], ["short"]]
    log = read_tickets(saved(tmp_path, table(HEADER, *rows)), UPDATES)
    assert [(t.number, t.state, t.sla_met) for t in log.tickets] == [
        ("T1", "Open again", False),
        ("T2", "Open", None),
    ]
    assert [(p.row, p.kind) for p in log.problems] == [(5, ProblemKind.SHORT)]


def test_the_last_row_may_be_the_one_with_the_greatest_number_or_date(tmp_path: Path) -> None:
    header = ["number", "opened", "state", "updated"]
    rows = [
        ["A", "2026-01-01", "late", "10"],
        ["A", "2026-01-01", "early", "9"],
        ["A", "2026-01-01", "unsaid", "?"],
        ["B", "2026-01-01", "early", "2026-02-01"],
        ["B", "2026-01-01", "late", "2026-10-01"],
        ["C", "2026-01-01", "first", "3"],
        ["C", "2026-01-01", "second", "3"],
    ]
    log = read_tickets(saved(tmp_path, table(header, *rows)), NEWEST)
    assert {t.number: t.state for t in log.tickets} == {"A": "late", "B": "late", "C": "second"}


CELLS = st.sampled_from(["", "?", "1", "2", "0", "2026-03-01", "2026-03-02 10:00", "是", "no", "odd"])
ROWS = st.lists(st.lists(CELLS, min_size=0, max_size=10), max_size=30)


@given(rows=ROWS, cuts=st.lists(st.integers(0, 30)), rule=st.sampled_from([GENERIC, UPDATES, NEWEST]))
def test_rows_in_any_chunks_give_the_same_log(
    rows: list[list[str]], cuts: list[int], rule: LogProfile
) -> None:
    header = [*HEADER, "updated"]
    whole = TicketReading(rule, header)
    assert whole.feed(rows) == len(rows)
    parts = TicketReading(rule, header)
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    for start, end in pairwise(edges):
        parts.feed(iter(rows[start:end]))
    assert parts.finish() == whole.finish()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("29/2/2016 01:16", at(2016, 2, 29, 1, 16)),
        (" 1/12/2016 23:59:58 ", at(2016, 12, 1, 23, 59, 58)),
        ("3 Mar 2016 07 PM", at(2016, 3, 3, 19)),
        ("2016-03-01T10:00:00-02:00", at(2016, 3, 1, 12)),
        ("30/2/2016 01:16", None),
        ("1/1/16 01:16", None),
        ("0001-01-01T00:00+14:00", None),
        ("?", None),
    ],
)
def test_moments_are_read_by_the_first_pattern_that_fits(text: str, moment: datetime | None) -> None:
    patterns = ["%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d %b %Y %I %p", "iso"]
    assert moment_reader(patterns, "UTC")(text) == moment


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    st.sampled_from(["%d/%m/%Y %H:%M:%S", "%Y年%m月%d日"]),
)
def test_the_fast_reader_agrees_with_strptime(moment: datetime, pattern: str) -> None:
    text = moment.strftime(pattern)
    assert moment_reader([pattern], "UTC")(text) == datetime.strptime(text, pattern).replace(tzinfo=UTC)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Asia/Shanghai", "Africa/Monrovia"]),
    st.sampled_from(["%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]),
)
def test_day_and_clock_read_apart_are_the_moment_of_the_zone(
    moment: datetime, zone: str, pattern: str
) -> None:
    """Also on the days on which clocks are moved, and where the offset was no whole minute."""
    text, told = moment.strftime(pattern), "iso" if pattern.startswith("%Y") else pattern
    expected = moment.replace(microsecond=0, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert moment_reader([told], zone)(text) == expected


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_every_hour_of_a_day_on_which_clocks_are_moved(day: str, hour: int) -> None:
    text = f"{day} {hour:02}:30"
    expected = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    assert moment_reader(["%Y-%m-%d %H:%M"], "Europe/Berlin")(text) == expected


@given(st.datetimes(datetime(1, 1, 2), timezones=st.just(UTC)))
def test_an_instant_is_the_moment_to_the_microsecond(moment: datetime) -> None:
    assert moment_of(instant(moment)) == moment
    assert sqlite_text(instant(moment)) == moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def test_an_outage_table_is_read_with_its_problems(tmp_path: Path) -> None:
    rows = [
        ["Mail", "2026-03-01 08:00", "2026-03-01 09:00", "是"],
        ["Mail", "2026-03-02 08:00", "", ""],
        ["Mail", "2026-03-03 08:00", "whenever", "no"],
        ["Mail", "2026-03-04 08:00", "2026-03-03 08:00", "no"],
        ["Mail", "", "2026-03-03 08:00", "no"],
        ["", "2026-03-04 08:00", "2026-03-05 08:00", "no"],
        ["Mail"],
        [],
        ["Test", "2026-03-01", "2026-03-02", ""],
    ]
    path = saved(tmp_path, table(["服务", "开始时间", "结束时间", "是否计划"], *rows))
    log = read_outages(path, outage_profile("outages"), leave_out=["TEST"])
    assert log.outages == [
        Outage("Mail", at(2026, 3, 1, 8), at(2026, 3, 1, 9), True),
        Outage("Mail", at(2026, 3, 2, 8), None, False),
    ]
    assert [(p.row, p.kind) for p in log.problems] == [
        (4, ProblemKind.BAD_END),
        (5, ProblemKind.END_BEFORE_START),
        (6, ProblemKind.NO_START),
        (7, ProblemKind.NO_KEY),
        (8, ProblemKind.SHORT),
    ]
    assert (log.rows, log.left_out) == (9, 1)
