"""One audit over two standards: equal numbers are not equal clauses, in the map and in the report."""

from audit_app.checklists import services as checklists
from audit_app.competence.standards import clause_told, of_home
from audit_app.core.db import db
from audit_app.findings.models import Grade
from audit_app.planning import maps
from audit_app.programme.models import Audit
from audit_app.reports import compile as compiling
from audit_app.reports import queries
from tests.checklists import factory
from tests.findings import factory as findings
from tests.people import People
from tests.reports.factory import audited, written


def integrated(people: People) -> Audit:
    """Both standards in one audit; 10.2 is improvement and conforms here, nonconformity and does not there."""
    audit = audited(people)
    number = 0
    for key, value in (("iso20000-1-2018", "conform"), ("iso27001-2022", "minor")):
        made = checklists.add_checklist(audit, factory.shipped(key), clauses=["4.1", "10.2"], by=people.lead)
        for item in (each for each in made.items if each.assessable):
            number += 1
            factory.answer(item, people.auditor, value=value, device_seq=number)
    db.session.refresh(audit)
    return audit


def test_the_report_tells_each_standards_clauses_apart_our_own_first(people: People) -> None:
    audit = integrated(people)
    item = next(each for each in audit.checklists[1].items if each.clause == "10.2")
    findings.at(people, "issued", Grade.MINOR, audit=audit, item=item, clause="10.2")
    written(people, audit)
    report = compiling.compile_report(queries.report_of(audit), to=people.lead)
    told = {
        each.code: (each.name.en, each.counts.conform, each.counts.minor, each.codes)
        for each in report.by_clause
    }
    assert list(told) == ["4.1", "10.2", "27001 4.1", "27001 10.2"]
    assert told["10.2"][:3] == ("Continual improvement", 1, 0)
    assert told["10.2"][3] == ()
    assert told["27001 10.2"][:3] == ("Nonconformity and corrective action", 0, 1)
    assert len(told["27001 10.2"][3]) == 1


def test_answers_to_another_standard_cover_no_clause_of_our_own(people: People) -> None:
    audit = integrated(people)
    found = {(each.clause, each.verdict) for each in maps.answers([audit.id])}
    assert found == {("4.1", "conform"), ("10.2", "conform"), ("", "minor")}


def test_a_clause_of_another_standard_is_told_with_its_number() -> None:
    assert clause_told("ISO/IEC 27001:2022 + Amd 1:2024", "4.1") == "27001 4.1"
    assert clause_told("ISO 22301:2019", "8.2") == "22301 8.2"
    for own in ("ISO/IEC 20000-1:2018 + Amd 1:2024", "", "House rules", "ISO/IEC 20000-1 with ISO/IEC 27001"):
        assert of_home(own)
        assert clause_told(own, "4.1") == "4.1"
