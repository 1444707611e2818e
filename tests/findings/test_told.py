"""Equal clause numbers of two standards are two clauses: in figures, in the share that recurs, in the list."""

from audit_app.certification import gaps
from audit_app.checklists import services as services_of_checklists
from audit_app.core.clock import today
from audit_app.findings import figures
from audit_app.findings.models import Finding
from audit_app.indicators import system
from audit_app.indicators.periods import Month
from tests.checklists import factory as checklists
from tests.findings import factory
from tests.people import People


def two_standards(people: People) -> tuple[Finding, Finding]:
    """A nonconformity on 10.2 of our own standard, then one on 10.2 of ISO/IEC 27001, in one department."""
    version = checklists.shipped("iso27001-2022")
    audit = checklists.audit(people, clauses=["10"])
    made = services_of_checklists.add_checklist(audit, version, by=people.lead, clauses=["10"])
    item = next(each for each in made.items if each.clause == "10.2")
    own = factory.at(people, "issued", audit=audit, clause="10.2", department=people.ops)
    other = factory.at(people, "issued", audit=audit, item=item, clause="10.2", department=people.ops)
    return own, other


def test_figures_tell_the_same_number_of_two_standards_apart(people: People) -> None:
    two_standards(people)
    found = figures.statistics(today(), today())
    assert found.by_clause == {"10.2": 1, "27001 10.2": 1}
    assert set(found.matrix) == {("10.2", people.ops.id), ("27001 10.2", people.ops.id)}
    assert (found.recurring.numerator, found.recurring.denominator) == (0, 2)


def test_the_register_does_not_take_the_other_standard_for_a_recurrence(people: People) -> None:
    two_standards(people)
    month = Month(today().year, today().month)
    assert system.recurring(month, month) == {"ncr": {month: system.Share(0, 2)}}


def test_a_clause_that_was_changed_by_hand_counts_as_written(people: People) -> None:
    _own, other = two_standards(people)
    other.clause = "8.6.1"
    assert figures.statistics(today(), today()).by_clause == {"10.2": 1, "8.6.1": 1}


def test_the_gap_list_names_the_other_standard(people: People) -> None:
    own, other = two_standards(people)
    assert own.audit is not None
    rows = gaps.gaps(own.audit, to=people.manager).rows
    assert {row.code: row.clause for row in rows} == {own.code: "10.2", other.code: "27001 10.2"}
    assert [row.code for row in rows] == [own.code, other.code]
