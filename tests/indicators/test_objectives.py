"""The objectives of service management: set with their plan, measured by indicators, closed with a result (6.2)."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.indicators import objective_standing, objectives, queries, services
from audit_app.indicators.board import Status
from audit_app.indicators.objective_models import Objective, ObjectiveState
from audit_app.indicators.objective_standing import Reading, judge
from audit_app.indicators.periods import Month
from audit_app.trail.models import TrailEntry
from tests.indicators.world import mail

URL = "/indicators/objectives"


@pytest.fixture
def register(people):
    services.load_register(by=None)
    db.session.commit()
    return people


def one(code):
    found = queries.by_code(code)
    assert found is not None
    return found


def facts(people, **more):
    return {
        "code": "obj-1", "name_en": "Customers are content", "name_zh": "顾客满意", "owner_id": people.owner.id,
        "measures": "每月回访", "resources": "两人", "evaluation": "按季度评价", "set_on": date(2026, 1, 1),
        "due_on": today() + timedelta(days=30), **more,
    }  # fmt: skip


def aim(people, **more):
    return services.add_objective(**facts(people, **more), by=people.manager)


def said(act, *args, **given):
    with pytest.raises(Refused) as refused:
        act(*args, **given)
    db.session.rollback()
    return refused.value.field


def last():
    """The last finished month, by the clock of the application: at night it is another one than UTC's."""
    return Month.of(today()).previous()


def enter(code, value, month=None, people=None):
    services.enter_measurement(one(code), month or last(), value=value, by=people.manager)


def reading(objective):
    return objective_standing.standings([objective])[0].reading


def test_an_objective_says_all_that_the_standard_asks_of_its_plan(register):
    for name, field in (("code", "code"), ("measures", "measures"), ("evaluation", "evaluation"),
                        ("owner_id", "owner_id"), ("due_on", "due_on")):  # fmt: skip
        assert said(aim, register, **{name: None if name.endswith(("id", "on")) else " "}) == field
    assert said(aim, register, name_en="", name_zh=" ") == "name_en"
    assert said(aim, register, due_on=date(2025, 12, 31)) == "due_on"
    made = aim(register)
    assert made.code == "OBJ-1"
    db.session.commit()
    assert said(aim, register, code="Obj-1") == "code"


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ([], Reading.UNMEASURED),
        ([(Status.NO_DATA, True)], Reading.NO_VALUE),
        ([(Status.MET, True), (Status.IN_BAND, True)], Reading.ON_TARGET),
        ([(Status.MET, True), (Status.NO_TARGET, True)], Reading.ON_TARGET),
        ([(Status.NO_TARGET, True)], Reading.NO_TARGET),
        ([(Status.MET, True), (Status.NO_DATA, True)], Reading.WAITING),
        ([(Status.MET, False)], Reading.WAITING),
        ([(Status.MET, True), (Status.MISSED, False), (Status.NO_DATA, True)], Reading.MISSED),
    ],
)
def test_its_indicators_are_read_together(found, wanted):
    assert judge(found) is wanted


def test_the_values_of_the_last_period_say_how_it_stands(register):
    csat, kbu = one("CSAT"), one("KBU")
    made = aim(register, indicator_ids=[csat.id, kbu.id])
    assert reading(made) is Reading.NO_VALUE
    enter("CSAT", 90, people=register)
    assert reading(made) is Reading.WAITING
    enter("KBU", 91, people=register)
    assert reading(made) is Reading.ON_TARGET
    services.enter_measurement(kbu, last(), value=89, comment="x", by=register.manager)
    assert reading(made) is Reading.MISSED
    kbu.active = False
    assert reading(made) is Reading.ON_TARGET


def test_a_value_of_long_ago_is_no_value_of_the_last_period(register):
    made = aim(register, indicator_ids=[one("CSAT").id])
    enter("CSAT", 90, last().plus(-2), register)
    assert reading(made) is Reading.WAITING


def test_an_indicator_measures_one_objective_in_force(register):
    csat = one("CSAT")
    first = aim(register, indicator_ids=[csat.id])
    db.session.commit()
    assert said(aim, register, code="OBJ-2", indicator_ids=[csat.id]) == "indicator_ids"
    first = db.session.get(Objective, first.id)
    services.close_objective(first, state="missed", result="资源不足", closed_on=today(), by=register.manager)
    second = aim(register, code="OBJ-2", indicator_ids=[csat.id])
    assert (csat.objective, first.indicators) == (second, [])
    acts = [row.action for row in db.session.query(TrailEntry).order_by(TrailEntry.seq)]
    assert acts.count("indicator.attach") == 2
    services.edit_objective(second, **facts(register, code="OBJ-2"), by=register.manager)
    assert csat.objective_id is None


def test_one_out_of_use_cannot_be_chosen(register):
    csat = one("CSAT")
    csat.active = False
    assert csat not in objectives.free_indicators(None)
    db.session.commit()
    assert said(aim, register, indicator_ids=[csat.id]) == "indicator_ids"


def test_it_is_closed_with_a_reason_and_the_figures_of_the_day(register):
    enter("CSAT", 90, people=register)
    made = aim(register, indicator_ids=[one("CSAT").id])
    db.session.commit()
    close, by = services.close_objective, register.manager
    assert said(close, made, state="achieved", result=" ", closed_on=today(), by=by) == "result"
    assert said(close, made, state="in_force", result="x", closed_on=today(), by=by) == "state"
    for wrong in (today() + timedelta(days=1), date(2025, 12, 31)):
        assert said(close, made, state="achieved", result="x", closed_on=wrong, by=by) == "closed_on"
    close(made, state="achieved", result="回访有效", closed_on=today(), by=by)
    assert made.state is ObjectiveState.ACHIEVED
    assert made.closed_with.replace("\N{NO-BREAK SPACE}", " ") == f"CSAT {last()} 90.0 (≥ 85)"
    db.session.commit()
    assert said(services.edit_objective, made, **facts(register), by=by) is None
    assert said(close, made, state="missed", result="x", closed_on=today(), by=by) is None
    assert said(services.reopen_objective, made, reason="", by=by) == "reason"
    services.reopen_objective(made, reason="录入有误", by=by)
    assert (made.in_force, made.result, made.closed_with, made.closed_on) == (True, "", "", None)
    newest = db.session.query(TrailEntry).order_by(TrailEntry.seq.desc()).first()
    assert (newest.action, newest.facts["details"]["reason"]) == ("objective.reopen", "录入有误")
    assert newest.facts["changes"]["result"] == ["回访有效", ""]


def test_a_closed_objective_gets_no_new_indicator(register):
    csat = one("CSAT")
    made = aim(register)
    services.close_objective(
        made, state="withdrawn", result="不再需要", closed_on=today(), by=register.manager
    )
    given = {"code": "CSAT", "name_en": "x", "direction": "higher", "by": register.manager}
    assert said(services.edit_indicator, csat, **given, objective_id=made.id) == "objective_id"
    assert said(services.add_indicator, **given | {"code": "NEW"}, objective_id=10_000) == "objective_id"


# --- pages
# ----------------------------------------------------------------------------------------------------


def test_an_objective_is_set_changed_closed_and_put_in_force_again_on_its_pages(register, client_for):
    client = client_for(register.manager)
    assert "No objective is set yet" in client.get(URL).text
    csat = one("CSAT")
    data = {**facts(register), "set_on": "2026-01-01", "due_on": "2027-06-30", "indicator_ids": [csat.id]}
    assert client.post(f"{URL}/new", data=data | {"evaluation": ""}).status_code == 422
    reply = client.post(f"{URL}/new", data=data)
    assert reply.status_code == 303
    page = client.get(reply.location).text
    assert "每月回访" in page
    assert f'href="/indicators/{csat.id}"' in page
    made = db.session.query(Objective).one()
    form = client.get(f"{URL}/{made.id}/edit").text
    assert "checked" in form.split('id="indicator_ids"')[1]
    reply = client.post(f"{URL}/{made.id}/edit", data=data | {"version": "0", "name_en": "Other"})
    assert reply.status_code == 422
    assert "Somebody else saved this record" in reply.text
    assert client.post(f"{URL}/{made.id}/edit", data=data | {"name_en": "Other"}).status_code == 303
    shut = {"state": "achieved", "closed_on": today().isoformat(), "result": "回访有效"}
    reply = client.post(f"{URL}/{made.id}/close", data=shut | {"result": ""})
    assert reply.status_code == 422
    assert client.post(f"{URL}/{made.id}/close", data=shut).status_code == 303
    assert "回访有效" in client.get(f"{URL}/{made.id}").text
    assert client.get(f"{URL}/{made.id}/edit").status_code == 303
    assert client.post(f"{URL}/{made.id}/close", data={"reason": ""}).status_code == 422
    assert client.post(f"{URL}/{made.id}/close", data={"reason": "录入有误"}).status_code == 303
    assert "录入有误" in client.get(f"{URL}/{made.id}").text


def test_the_list_is_narrowed_and_goes_out_as_a_sheet(register, client_for):
    aim(register, indicator_ids=[one("CSAT").id])
    late = aim(register, code="OBJ-2", name_en="Late one", due_on=date(2026, 2, 1), owner_id=register.lead.id)
    db.session.commit()
    client = client_for(register.reader)
    assert "Customers are content" in client.get(URL).text
    for query in ("state=overdue", f"owner={register.lead.id}", "q=late"):
        page = client.get(f"{URL}?{query}").text
        assert ("Late one" in page, "Customers are content" in page) == (True, False), query
    assert "No objective matches" in client.get(f"{URL}?state=achieved").text
    sheet = load_workbook(BytesIO(client.get(f"{URL}.xlsx").data)).worksheets[-1]
    words = " ".join(str(cell) for row in sheet.values for cell in row if cell is not None)
    assert "OBJ-1" in words
    assert "CSAT" in words
    assert late.code in words


def test_only_who_defines_indicators_sets_objectives_and_who_sees_none_finds_none(register, client_for):
    made = aim(register)
    db.session.commit()
    for person in (register.owner, register.reader, register.boss):
        client = client_for(person)
        assert client.get(f"{URL}/{made.id}").status_code == 200
        for address in (f"{URL}/new", f"{URL}/{made.id}/edit", f"{URL}/{made.id}/close"):
            assert client.get(address).status_code == 403
            assert client.post(address).status_code == 403
    register.reader.roles = []
    with pytest.raises(NotVisible):
        objective_standing.get(made.id, to=register.reader)


def test_an_indicator_says_what_it_belongs_to_and_the_register_is_narrowed_by_it(register, client_for):
    made, service, csat = aim(register), mail(register), one("CSAT")
    db.session.commit()
    client = client_for(register.manager)
    form = {
        name: getattr(csat, name) for name in ("code", "name_en", "name_zh", "formula_en", "formula_zh", "unit",
        "decimals", "clause", "numerator_en", "numerator_zh", "denominator_en", "denominator_zh", "note_en", "note_zh")
    } | {"source": "manual", "value_kind": csat.value_kind.value, "direction": "higher", "frequency": "monthly",
         "active": "y", "objective_id": made.id, "service_id": service.id}  # fmt: skip
    assert client.post(f"/indicators/{csat.id}/edit", data=form).status_code == 303
    page = client.get(f"/indicators/{csat.id}").text
    assert f'href="/indicators/objectives/{made.id}"' in page
    assert f'href="/indicators/services/{service.id}"' in page
    for query in (f"objective={made.id}", f"service={service.id}"):
        page = client.get(f"/indicators/?{query}").text
        assert f'href="/indicators/{csat.id}"' in page
        assert f'href="/indicators/{one("KBU").id}"' not in page
    sheet = load_workbook(
        BytesIO(client.get(f"/indicators/export.xlsx?objective={made.id}").data)
    ).worksheets[-1]
    words = [str(cell) for row in sheet.values for cell in row if cell is not None]
    assert {"Every month", "OBJ-1 Customers are content", "Mail"} <= set(words)


def test_the_list_asks_as_many_queries_for_many_objectives_as_for_one(register, client_for, queries_of):
    client = client_for(register.manager)
    aim(register, indicator_ids=[one("CSAT").id])
    enter("CSAT", 90, people=register)
    db.session.commit()
    few = queries_of(client, URL)
    for number, code in enumerate(("KBU", "FCR", "CSR", "EMC")):
        aim(register, code=f"MORE-{number}", indicator_ids=[one(code).id], owner_id=register.lead.id)
        enter(code, 50, people=register)
    db.session.commit()
    assert queries_of(client, URL) == few
