"""What stands in the report: the tree, its Chinese and English papers, its workbook."""

from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from audit_app.core.db import db
from audit_app.core.frozen import Name, digest
from audit_app.exports.document import Document, Grid, Heading, KeepTogether
from audit_app.exports.values import speaking
from audit_app.findings.models import Grade
from audit_app.reports import exports, paper, queries, services
from audit_app.reports.compile import compile_report
from audit_app.reports.distribution import distribution
from audit_app.reports.models import FrozenReport
from audit_app.reports.supplements import compare, told
from audit_app.reports.tree import CODEC, Counts, Tie, Waived
from tests.reports import factory


def tree(audit, people):
    return compile_report(queries.report_of(audit), to=people.lead)


def whole(document: Document) -> str:
    return repr(document)


@pytest.fixture
def report(people):
    audit = factory.audited(people, "conform", "minor", "not_applicable")
    factory.found(people, audit)
    factory.found(people, audit, Grade.GOOD_PRACTICE, title="Board of handovers")
    return tree(factory.written(people, audit), people)


def test_the_tree_comes_back_from_its_json_as_it_was(report):
    text = CODEC.write(report)
    assert CODEC.read(text) == report
    assert CODEC.sound(text, digest(text))
    assert not CODEC.sound(text.replace("Night", "Light"), digest(text))
    with pytest.raises(ValueError, match="not the text of an audit report"):
        CODEC.read("{}")


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_the_paper_holds_every_part_that_a_report_must_hold(report, language):
    with speaking(language):
        document = paper.document(report, language, "0" * 64)
        headings = [
            block.text for block in document.blocks if isinstance(block, Heading) and block.level == 1
        ]
    said = whole(document)
    assert [title[0] for title in headings] == [*"123456789", headings[-1][0]]
    for words in (
        report.scope.objective, report.scope.criteria, "Leo Lead", "Ana Auditor", "Olga Owner", "8.6.1",
        "INC0010023, INC0010045", "Night shift was not interviewed.", "None.", factory.WORDS["conclusion"],
        factory.WORDS["follow_up"], "Board of handovers", "Ben Boss",
    ):  # fmt: skip
        assert words in said, words
    assert ("sample of the information" if language == "en" else "抽样") in said


def test_counts_degree_and_what_was_left_out_are_told(report):
    assert report.counts == Counts(conform=1, minor=1, not_applicable=1)
    assert report.counts.fulfilled == 50
    assert [(each.clause, each.kind) for each in report.omitted] == [("8.6.3", "not_applicable")]
    assert [each.code for each in report.by_process] == ["INC"]
    assert report.by_process[0].counts.conform == 1


def test_a_clause_of_the_scope_without_a_question_is_named_as_not_covered(report):
    wider = replace(report, scope=replace(report.scope, clauses=("8.6", "8.6.1", "8.7.1")))
    said = "The checklists ask nothing on these clauses of the scope: 8.7.1."
    with speaking("en"):
        assert said in whole(paper.document(wider, "en", "0" * 64))
        assert "ask nothing" not in whole(paper.document(report, "en", "0" * 64))


def test_nothing_judged_has_no_degree_of_fulfilment(people):
    empty = tree(factory.audited(people), people)
    assert empty.counts.fulfilled is None
    assert [each.code for each in empty.uncovered] == ["INC"]


def test_the_distribution_table_has_a_column_for_each_department_and_for_none(people):
    audit = factory.audited(people)
    factory.found(people, audit)
    factory.found(people, audit, Grade.MAJOR, process=people.chg, department=people.dev, clause="8.5.1.2")
    table = distribution(tree(audit, people))
    assert table.departments == (Name("Operations", "运维部"), Name("Development", "开发部"))
    assert table.rows == (("8.5.1.2", ((0, 0), (1, 0))), ("8.6.1", ((0, 1), (0, 0))))
    assert table.totals == ((0, 1), (1, 0))


def test_withdrawn_findings_are_not_in_the_report(people):
    from audit_app.findings import services as findings

    audit = factory.audited(people)
    made = factory.found(people, audit)
    findings.withdraw(made, reason="It was a misunderstanding.", by=people.lead)
    db.session.refresh(audit)
    assert tree(audit, people).findings == ()


def test_a_tie_and_its_waiver_are_printed(report):
    from dataclasses import replace

    bound = replace(
        report, ties=(Tie("Ana Auditor", Name("Operations", "运维部")),),
        waivers=(Waived("Ana Auditor", Name("Operations", "运维部"), "Nobody else", "Records checked by Leo", "Ben Boss", None),),
    )  # fmt: skip
    with speaking("en"):
        said = whole(paper.document(bound, "en", "0" * 64))
    assert "Records checked by Leo" in said
    assert "No exception was made" not in said


def test_every_table_without_rows_says_why(people):
    with speaking("en"):
        document = paper.document(tree(factory.audited(people), people), "en", "0" * 64)
    blocks = [
        each
        for block in document.blocks
        for each in (block.blocks if isinstance(block, KeepTogether) else (block,))
    ]
    assert [
        grid.columns for grid in blocks if isinstance(grid, Grid) and not grid.rows and not grid.empty
    ] == []


def test_files_of_a_report_are_the_same_for_the_same_tree(people):
    factory.issued(people, factory.audited(people, "conform"))
    frozen = db.session.scalar(select(FrozenReport))
    again = exports.render_all(CODEC.read(frozen.snapshot))
    audit = frozen.audit
    for (language, kind), content in again.items():
        assert queries.frozen_file(audit, 0, language, kind).content == content


def test_the_workbook_holds_findings_distribution_and_results(report):
    book = load_workbook(BytesIO(exports.render(report, "en", "xlsx")))
    assert book.sheetnames == [
        "Cover", "Findings", "Distribution", "By process", "By clause", "Samples", "Not judged"
    ]  # fmt: skip
    cells = {cell.value for row in book["Findings"].iter_rows() for cell in row}
    assert "Priority missing on major incidents" in cells


def test_a_supplement_tells_withdrawn_findings_and_other_answers(report):
    from dataclasses import replace

    later = replace(
        report, findings=report.findings[1:],
        by_clause=(replace(report.by_clause[0], counts=Counts(major=1)), *report.by_clause[1:]),
    )  # fmt: skip
    changes, answers = compare(report, later)
    assert [each.what for each in changes] == ["withdrawn"]
    assert [(each.code, each.after) for each in answers] == [(report.by_clause[0].code, "major=1")]
    assert told(None) == ""


def test_a_tampered_report_is_noticed(people):
    frozen = factory.issued(people)
    db.session.expunge(frozen)
    frozen.snapshot = frozen.snapshot.replace("Incident management conforms", "Incident management convinces")
    assert not CODEC.sound(frozen.snapshot, frozen.sha256)
    assert services.verify() == []
