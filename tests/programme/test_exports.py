"""The sheets of audits and of coverage."""

from io import BytesIO

import openpyxl

from audit_app.core.clock import today
from audit_app.core.db import db
from tests.programme.factory import plan_audit


def _sheet(reply):
    return openpyxl.load_workbook(BytesIO(reply.data)).active


def test_the_list_of_audits_leaves_as_filtered_with_real_dates_and_no_formula(people, client_for):
    plan_audit(people, title="=1+1")
    plan_audit(people, title="Other")
    db.session.commit()
    sheet = _sheet(client_for(people.manager).get("/programme/audits.xlsx?q==1"))
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[1] for row in rows] == ["=1+1"]
    assert rows[0][4].date() == today()
    assert sheet["B2"].data_type == "s"


def test_names_are_put_in_a_row_as_the_language_does(people, client_for):
    plan_audit(people, auditees=[people.owner, people.owner2])
    db.session.commit()
    sheet = _sheet(client_for(people.manager).get("/programme/audits.xlsx?lang=zh"))
    told = [cell for row in sheet.iter_rows(min_row=2, values_only=True) for cell in row if cell]
    assert f"{people.owner.name}、{people.owner2.name}" in told


def test_the_language_of_the_sheet_can_be_chosen(people, client_for):
    plan_audit(people)
    db.session.commit()
    sheet = _sheet(client_for(people.manager).get("/programme/audits.xlsx?lang=zh"))
    assert sheet["I2"].value == "INC"
    assert sheet["C2"].value == "内部审核"


def test_coverage_names_the_audit_of_each_clause(people, client_for):
    audit = plan_audit(people)
    db.session.commit()
    sheet = _sheet(client_for(people.manager).get(f"/programme/{today().year}/coverage.xlsx"))
    rows = {str(row[0]).split()[0]: row for row in sheet.iter_rows(values_only=True) if row[0]}
    assert audit.code in rows["Clause"]
    place = rows["Clause"].index(audit.code)
    assert (rows["8.6.1"][place], rows["8.6.1"][-1]) == ("○ Planned", "yes")
    assert (rows["8.6.2"][place], rows["8.6.2"][-1]) == (None, "no")


def test_coverage_is_not_shown_to_those_who_do_not_see_every_audit(people, client_for):
    plan_audit(people)
    db.session.commit()
    assert client_for(people.owner).get(f"/programme/{today().year}/coverage.xlsx").status_code == 404
