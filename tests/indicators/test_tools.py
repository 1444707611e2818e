"""Exports of iTop and Jira Service Management, in the shape these tools write them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit_app.indicators import logs, spill, staging, textfiles
from audit_app.indicators.logs import ProblemKind, read_tickets
from audit_app.indicators.moments import moment_reader
from audit_app.indicators.profiles import LogProfile, ticket_profile

ITOP = """Ref,Organization->Name,Caller->Full name,Title,Start date,Assignment date,Resolution date,Close date,Status,\
Priority,Service->Name,SLA tto passed,SLA ttr passed,TTO,TTR
R-000012,Demo,Ann Lee,Mail slow,2026-03-01 08:00:00,2026-03-01 08:20:00,2026-03-01 12:00:00,2026-03-02 08:00:00,Closed,\
Critical,Mail,no,no,1200,14400
R-000013,Demo,Bo Liu,No login,2026-03-02 08:00:00,,,,Assigned,Low,Accounts,yes,yes,,
R-000014,Demo,Cy Wu,New PC,2026-03-03 08:00:00,2026-03-03 09:00:00,,,Assigned,Medium,Desktop,no,no,,
"""
ITOP_ZH = """编号;标题;开始日期;分配日期;解决日期;关闭日期;状态;优先级;服务名称;SLA TTR合格
I-000001;邮件慢;2026-03-01 08:00:00;2026-03-01 08:10:00;2026-03-01 09:00:00;;已解决;紧急;邮件;是
"""
JIRA = """Summary,Issue key,Issue id,Issue Type,Status,Priority,Created,Updated,Resolved,Labels,Labels,\
Custom field (Request Type),Custom field (Request Type),Custom field (Time to first response),\
Custom field (Time to resolution),Custom field ([CHART] Date of First Response),Comment,Comment
Mail slow,IT-1,10001,Service Request,Done,High,01/Mar/26 8:00 AM,02/Mar/26 9:00 AM,01/Mar/26 1:30 PM,a,b,Get help,,0:20,\
3:20,01/Mar/26 8:20 AM,"one, two",three
No login,IT-2,10002,Incident,Done,Medium,02/Mar/26 8:00 AM,02/Mar/26 9:00 AM,05/Mar/26 1:30 PM,,,Get help,,0:20,-62:05,,,
New PC,IT-3,10003,Service Request,Open,Low,03/Mar/26 8:00 AM,03/Mar/26 9:00 AM,,,,,,,5:00,,,
Gone,IT-4,10004,Service Request,Open,Low,03/Mar/26 8:00 AM,03/Mar/26 9:00 AM,,,,,,,-0:01,,,
"""
JIRA_ZH = """摘要,问题关键字,问题类型,状态,优先级,创建日期,解决日期,自定义字段 (Time to resolution)
邮件慢,IT-1,事件,已完成,最高,01/三月/26 8:00 上午,11/十一月/26 1:30 下午,1:00
"""


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]  # mypy cannot count the parts


def read(
    folder: Path, text: str, name: str, encoding: str = "utf-8-sig", **changes: object
) -> logs.TicketLog:
    path = folder / "export.csv"
    path.write_text(text, encoding=encoding)
    used = LogProfile.model_validate(ticket_profile(name).model_dump() | changes)
    return read_tickets(path, used)


def test_itop_says_passed_when_a_deadline_went_by(tmp_path: Path) -> None:
    closed, late, running = read(tmp_path, ITOP, "itop").tickets
    assert (closed.number, closed.sla_met, closed.priority, closed.category) == (
        "R-000012",
        True,
        "P1",
        "Mail",
    )
    assert (closed.opened_at, closed.responded_at) == (at(2026, 3, 1, 8), at(2026, 3, 1, 8, 20))
    assert (closed.resolved_at, closed.closed_at) == (at(2026, 3, 1, 12), at(2026, 3, 2, 8))
    assert late.sla_met is False, "missed while it is still open"
    assert running.sla_met is None, "an open request that is not late yet has no outcome"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_itop_in_chinese_with_semicolons(tmp_path: Path, encoding: str) -> None:
    log = read(tmp_path, ITOP_ZH, "itop", encoding, timezone="Asia/Shanghai")
    (ticket,) = log.tickets
    assert (ticket.opened_at, ticket.sla_met, ticket.priority) == (at(2026, 3, 1), False, "P1")
    assert list(log.problems) == []


def test_jira_repeats_its_columns_and_tells_the_time_left(tmp_path: Path) -> None:
    log = read(tmp_path, JIRA, "jira")
    met, missed, running, late = log.tickets
    assert (met.number, met.sla_met, met.priority, met.category) == ("IT-1", True, "P2", "Get help")
    assert (met.opened_at, met.resolved_at) == (at(2026, 3, 1, 8), at(2026, 3, 1, 13, 30))
    assert met.responded_at == at(2026, 3, 1, 8, 20)
    assert [each.sla_met for each in (missed, running, late)] == [False, None, False]
    assert list(log.problems) == []


def test_jira_in_chinese(tmp_path: Path) -> None:
    (ticket,) = read(tmp_path, JIRA_ZH, "jira").tickets
    assert (ticket.opened_at, ticket.resolved_at) == (at(2026, 3, 1, 8), at(2026, 11, 11, 13, 30))
    assert (ticket.sla_met, ticket.priority) == (True, "P1")


def test_a_moment_the_clock_showed_twice_or_never_is_named(tmp_path: Path) -> None:
    rows = (
        "number,opened,resolved\nA,2026-10-25 02:30,2026-10-25 03:30\nB,2026-03-29 02:30,2026-03-29 12:00\n"
    )
    log = read(tmp_path, rows, "generic", timezone="Europe/Berlin")
    first, second = log.tickets
    assert first.opened_at == at(2026, 10, 25, 0, 30), "the first of the two"
    assert second.opened_at == at(2026, 3, 29, 1, 30), "as if the clock had not been moved"
    assert [(p.row, p.kind, p.value) for p in log.problems] == [
        (2, ProblemKind.TWICE, "2026-10-25 02:30"),
        (3, ProblemKind.SKIPPED, "2026-03-29 02:30"),
    ]


def test_zones_without_daylight_saving_have_no_doubts() -> None:
    doubts: dict[str, ProblemKind] = {}
    reader = moment_reader(["iso"], "Asia/Shanghai", doubts)
    assert reader("2026-03-29 02:30") == at(2026, 3, 28, 18, 30)
    assert doubts == {}


@pytest.mark.parametrize("rule", [{"rule": "one"}, {"rule": "last"}, {"rule": "last", "by": "when"}])
def test_very_many_tickets_give_the_same_log_from_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: dict[str, str]
) -> None:
    rows = [
        f"T{i % 37},2026-01-{1 + i % 28:02d} 08:{i % 60:02d},2026-02-01,{(i * 7) % 11}\n" for i in range(200)
    ]
    text = "number,opened,closed,when\n" + "".join(rows)
    few = read(tmp_path, text, "generic", rows=rule)
    monkeypatch.setattr(spill, "IN_MEMORY", 5)
    monkeypatch.setattr(logs, "STRETCH", 7)
    many = read(tmp_path, text, "generic", rows=rule)
    assert isinstance(many.tickets, staging.Staged)
    assert sorted(many.tickets) == sorted(few.tickets)
    assert list(many.problems) == list(few.problems)
    assert list(many.tickets) == list(many.tickets)
    assert len(many.tickets) == 37
    assert many.tickets.among(["T1", "T99"]) == {"T1"}


def test_a_packed_file_that_does_not_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    from audit_app.core.errors import Refused

    monkeypatch.setattr(textfiles, "MOST_UNPACKED", 100_000)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"number,opened\n" + b"T1,2026-01-01\n" * 2_000_000, 9))
    with pytest.raises(Refused, match="unfolds to far more"):
        read_tickets(path, ticket_profile("generic"))


def test_a_workbook_is_read_as_a_log(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (
        ["number", "opened", "resolved"],
        ["T1", datetime(2026, 3, 1, 8), "2026-03-01 09:00"],
        ["T2", "", ""],
    ):
        book.active.append(row)
    path = tmp_path / "log.xlsx"
    book.save(path)
    log = read_tickets(path, ticket_profile("generic"))
    assert [(t.number, t.opened_at, t.resolved_at) for t in log.tickets] == [
        ("T1", at(2026, 3, 1, 8), at(2026, 3, 1, 9))
    ]
    assert [p.kind for p in log.problems] == [ProblemKind.NO_START]


def test_a_cell_of_fifty_thousand_characters_is_read(tmp_path: Path) -> None:
    log = read(tmp_path, f"number,opened,category\nT1,2026-03-01,{'x' * 50_000}\n", "generic")
    assert len(log.tickets[0].category) == 50_000
