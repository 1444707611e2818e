"""A value of a closed month changes only when a second person approves the correction; the old one is kept."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from audit_app.core import clock
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.core.errors import Conflict, Refused
from audit_app.indicators import corrections, entry, locks, months, queries, services
from audit_app.indicators.correction_models import CorrectionDecision, MonthLock, Outcome, ValueCorrection
from audit_app.indicators.models import Measurement
from audit_app.indicators.periods import Month
from audit_app.notifications.models import Notice
from audit_app.trail.models import TrailEntry
from tests.databases import both_databases

HEAD = "number,opened,resolved,sla_met\n"


@pytest.fixture
def register(app, people):
    """The register, with months that close 45 days after their end."""
    locks.use_days(45)
    services.load_register(by=None)
    db.session.commit()
    yield people
    locks.use_days(0)


def csat():
    return queries.by_code("CSAT")


def old_month() -> Month:
    return Month.of(today()).plus(-4)


def stored(month=None):
    return entry.at(csat(), month or old_month())


def told(people, value=80, reason="", **facts):
    return services.enter_measurement(
        csat(), old_month(), value=value, reason=reason, by=facts.pop("by", people.manager), **facts
    )


def proposed(people, value=90, by=None):
    told(people, 80)
    told(people, value, "Two answers were counted twice", by=by or people.manager)
    return db.session.scalars(select(ValueCorrection)).one()


def admin(people):
    return people.admin


def test_a_month_is_open_for_the_days_that_are_set_and_closed_after(register):
    month = Month(2026, 3)
    with clock.at(datetime(2026, 5, 15, 4, tzinfo=UTC)):
        assert locks.open_until(month) == today()
        assert not locks.standing().why(month)
    with clock.at(datetime(2026, 5, 16, 4, tzinfo=UTC)):
        assert "15 May 2026" in str(locks.standing().why(month))


def test_a_pack_closes_the_months_that_end_in_its_period_at_once(register):
    last = Month.of(today()).previous()
    assert not locks.standing().why(last)
    locks.close(last.plus(-2).first, last.last, "MR-2026-1", by=register.boss)
    assert "MR-2026-1" in str(locks.standing().why(last))
    assert not locks.standing().why(last.next())
    begun = locks.close(last.next().first, last.next().first, "MR-2026-2", by=register.boss)
    assert begun is None, "a month that does not end in the period stays open"


def test_an_open_month_changes_at_once_and_an_empty_closed_one_is_filled(register):
    told(register, 80)
    assert stored().value == 80
    last = Month.of(today()).previous()
    services.enter_measurement(csat(), last, value=70, by=register.manager)
    services.enter_measurement(csat(), last, value=75, by=register.manager)
    assert stored(last).value == 75
    assert db.session.scalars(select(ValueCorrection)).all() == []


def test_a_closed_month_needs_a_reason_and_keeps_its_value_until_somebody_else_approves(register):
    told(register, 80)
    with pytest.raises(Refused) as refused:
        told(register, 90)
    assert refused.value.field == "reason"
    told(register, 90, "Two answers were counted twice")
    assert stored().value == 80
    one = db.session.scalars(select(ValueCorrection)).one()
    assert (one.was_value, one.value, one.state) == (80, 90, Outcome.WAITING)
    with pytest.raises(Refused, match="somebody else"):
        services.approve_correction(one, by=register.manager)
    for person in (register.owner, register.boss, register.auditor, register.lead):
        with pytest.raises(Refused):
            services.approve_correction(one, by=person)
    assert stored().value == 80
    services.approve_correction(one, by=admin(register))
    assert stored().value == 90
    assert (one.was_value, one.state) == (80, Outcome.APPROVED)
    assert stored().entered_by is register.manager


def test_a_comment_alone_is_written_at_once(register):
    told(register, 80)
    told(register, 80, comment="Two people were ill.")
    assert stored().comment == "Two people were ill."


def test_a_refusal_needs_its_reason_and_leaves_the_value(register):
    one = proposed(register)
    with pytest.raises(Refused) as refused:
        services.refuse_correction(one, " ", by=admin(register))
    assert refused.value.field == "reason"
    services.refuse_correction(one, "The survey says 80", by=admin(register))
    assert (stored().value, one.state) == (80, Outcome.REFUSED)
    with pytest.raises(Conflict):
        services.approve_correction(one, by=admin(register))
    told_to = {(each.kind, each.person_id) for each in db.session.scalars(select(Notice))}
    assert ("correction.proposed", register.admin.id) in told_to
    assert ("correction.proposed", register.manager.id) not in told_to
    assert ("correction.refused", register.manager.id) in told_to


def test_a_later_proposal_takes_the_place_of_the_one_that_waits(register):
    one = proposed(register)
    told(register, 90, "The same again")
    told(register, 95, "Three answers")
    rows = corrections.of_row(stored())
    assert [(each.value, each.state) for each in rows] == [(95, Outcome.WAITING), (90, Outcome.REPLACED)]
    with pytest.raises(Conflict):
        services.approve_correction(one, by=admin(register))
    assert corrections.waiting_count() == 1


def test_a_correction_of_a_value_that_is_another_one_by_now_is_not_approved(register):
    one = proposed(register)
    db.session.execute(update(Measurement).where(Measurement.id == stored().id).values(value=81))
    with pytest.raises(Conflict, match="another one"):
        services.approve_correction(one, by=admin(register))


@both_databases
def test_of_two_approvals_at_once_the_second_is_told(app, register):
    one = proposed(register)
    number, who = one.id, [register.admin.id] * 2
    db.session.commit()

    def decide(person_id):
        from audit_app.accounts.models import Person

        with app.app_context():
            try:
                services.approve_correction(
                    db.session.get(ValueCorrection, number), by=db.session.get(Person, person_id)
                )
                db.session.commit()
            except Conflict as conflict:
                db.session.rollback()
                return str(conflict)
            return ""

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(decide, who))
    assert said[0] == ""
    assert "decided already" in said[1]
    db.session.expire_all()
    assert len(db.session.scalars(select(CorrectionDecision)).all()) == 1
    assert stored().value == 90


@both_databases
@pytest.mark.parametrize("table", [MonthLock, ValueCorrection, CorrectionDecision])
def test_what_was_proposed_and_decided_is_never_changed(app, register, table):
    services.approve_correction(proposed(register), by=admin(register))
    locks.close(old_month().first, old_month().last, "MR-2026-1", by=register.boss)
    db.session.commit()
    with pytest.raises(DatabaseError):
        db.session.execute(update(table).values(at=datetime(2026, 1, 1, tzinfo=UTC)))
    db.session.rollback()


def saved(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


@both_databases
def test_a_log_proposes_for_closed_months_and_stores_the_open_ones(app, register, tmp_path):
    closed, opened = old_month(), Month.of(today()).previous()
    rows = [f"T1,{closed}-05,{closed}-06,no", f"T2,{opened}-05,{opened}-06,no"]
    services.import_tickets(saved(tmp_path, "a.csv", HEAD + "\n".join(rows) + "\n"), "generic", by=None)
    new = "\n".join(rows).replace(",no", ",yes")
    done = services.import_tickets(
        saved(tmp_path, "b.csv", HEAD + new + "\n"), "generic", by=register.manager
    )
    sla = queries.by_code("SLA")
    assert (entry.at(sla, closed).value, entry.at(sla, opened).value) == (0, 100)
    waits = corrections.of_import(done.stored.id)
    assert {each.code for each in waits} == {f"SLA {closed}"}
    assert done.stored.summary["proposed"] == 1
    kinds = [each.kind for each in db.session.scalars(select(Notice))]
    assert kinds.count("correction.from_file") == 1
    services.approve_correction(waits[0], by=admin(register))
    assert entry.at(sla, closed).value == 100
    events = months.history(entry.at(sla, closed))
    assert (events[0].old, events[0].new, events[0].reason, events[0].filename) == (0, 100, "b.csv", "b.csv")


def test_nobody_proposes_and_what_nobody_proposed_is_not_approved(register, tmp_path):
    """Four eyes: without a name one and the same person could propose by command and approve on screen."""
    closed, opened = old_month(), Month.of(today()).previous()
    path = saved(tmp_path, "kpi.csv", f"code,{closed},{opened}\nCSAT,80,81\n")
    services.import_measurements(path, by=register.manager)
    db.session.commit()
    path.write_text(f"code,{closed},{opened}\nCSAT,82,81\n")
    with pytest.raises(Refused, match="name the person"):
        services.import_measurements(path, by=None)
    with pytest.raises(Refused, match="name the person"):
        told(register, 82, "Counted twice", by=None)
    db.session.rollback()
    row = stored(closed)
    numbers = {"value": Decimal(82), "numerator": None, "denominator": None, "extra": {}}
    was = {f"was_{name}": getattr(row, name) for name in numbers}
    old = ValueCorrection(measurement=row, **numbers, **was, comment="", reason="Twice", at=now())
    db.session.add(old)
    db.session.flush()
    with pytest.raises(Refused, match="Nobody is named"):
        services.approve_correction(old, by=admin(register))
    assert services.refuse_correction(old, "Anew, please", by=admin(register)).state.value == "refused"


def test_a_table_of_values_proposes_for_closed_months(register, tmp_path):
    closed, opened = old_month(), Month.of(today()).previous()
    path = saved(tmp_path, "kpi.csv", f"code,{closed},{opened}\nCSAT,80,81\nTRN,90,\n")
    services.import_measurements(path, by=register.manager)
    path.write_text(f"code,{closed},{opened}\nCSAT,82,83\nTRN,91,\n")
    done = services.import_measurements(path, by=register.manager)
    assert (stored(closed).value, stored(opened).value) == (80, 83)
    assert {each.code for each in corrections.of_import(done.stored.id)} == {
        f"CSAT {closed}",
        f"TRN {closed}",
    }
    assert done.stored.summary["proposed"] == 2
    kinds = [each.kind for each in db.session.scalars(select(Notice))]
    assert kinds.count("correction.from_file") == 1


def test_the_pages_tell_both_values_and_who_may_decides(register, client_for, parsed):
    told(register, 80)
    db.session.commit()
    manager, boss = client_for(register.manager), client_for(admin(register))
    address = f"/indicators/{csat().id}/enter?month={old_month()}"
    assert "closed" in manager.get(address).text
    facts = {"month": str(old_month()), "value": "90", "comment": "", "version": str(stored().version)}
    short = manager.post(address, data=facts)
    assert short.status_code == 422
    assert 'value="90"' in short.text
    assert manager.post(address, data=facts | {"reason": "<b>Counted</b> twice"}).status_code == 303
    one = db.session.scalars(select(ValueCorrection)).one()
    for path in (
        "/indicators/", "/indicators/corrections", f"/indicators/corrections/{one.id}",
        f"/indicators/{csat().id}", f"/indicators/{csat().id}/months/{old_month()}", address,
        f"/indicators/sheet?month={old_month()}",
    ):  # fmt: skip
        page = boss.get(path) if "enter" not in path and "sheet" not in path else manager.get(path)
        assert page.status_code == 200, path
        parsed(page)
        assert "<b>Counted" not in page.text
    page = boss.get(f"/indicators/corrections/{one.id}")
    assert "80.0" in page.text
    assert "90.0" in page.text
    assert "somebody else decides" in manager.get(f"/indicators/corrections/{one.id}").text
    approve = {"decision": "approve"}
    assert manager.post(f"/indicators/corrections/{one.id}", data=approve).status_code == 422
    assert (
        client_for(register.owner).post(f"/indicators/corrections/{one.id}", data=approve).status_code == 403
    )
    assert boss.post(f"/indicators/corrections/{one.id}", data={"decision": "refuse"}).status_code == 422
    assert stored().value == 80
    assert "Corrections of closed months to decide" in boss.get("/").text
    assert boss.post(f"/indicators/corrections/{one.id}", data=approve).status_code == 303
    assert stored().value == 90
    page = manager.get(f"/indicators/{csat().id}/months/{old_month()}")
    assert "80.0 → 90.0" in page.text
    assert manager.get(f"/indicators/{csat().id}/months/nonsense").status_code == 404


def test_the_sheet_proposes_with_one_reason_and_keeps_what_was_typed_without_it(register, client_for, parsed):
    told(register, 80)
    db.session.commit()
    client, id_ = client_for(register.manager), csat().id
    address = f"/indicators/sheet?month={old_month()}"
    facts = {f"value-{id_}": "90", f"version-{id_}": str(stored().version)}
    short = client.post(address, data=facts)
    assert short.status_code == 207
    assert 'value="90"' in short.text
    assert client.post(address, data=facts | {"reason": "Counted twice"}).status_code == 303
    assert stored().value == 80
    assert corrections.waiting_count() == 1
    page = client.get(address)
    parsed(page)
    assert "90.0 waits for approval" in page.text


@pytest.mark.parametrize("seed", range(6))
def test_a_closed_month_never_changes_without_an_approval_by_a_second_person(register, tmp_path, seed):
    chance, seen = random.Random(seed), {}
    for step in range(60):
        month = Month.of(today()).plus(-chance.choice([1, 5]))
        person = chance.choice([register.manager, register.admin, register.owner])
        before, closed = stored(month), bool(locks.standing().why(month))
        old = before.value if before is not None else None
        act, approved = chance.choice(["type", "type", "file", "decide", "decide", "close"]), None
        value = chance.randint(1, 99)
        try:
            if act == "type":
                services.enter_measurement(
                    csat(), month, value=value, reason=chance.choice(["", "why"]), by=person
                )
            elif act == "file":
                path = saved(tmp_path, f"{step}.csv", f"code,month,value\nCSAT,{month},{value}\n")
                services.import_measurements(path, by=person)
            elif act == "close" and chance.random() < 0.3:
                locks.close(month.first, month.last, "MR", by=person)
            elif act == "decide" and before is not None:
                waits = corrections.waiting_of([before.id]).get(before.id)
                if waits is not None:
                    chance.choice([services.approve_correction, services.refuse_correction])(
                        waits, "seen", by=person
                    )
                    approved = waits if waits.state is Outcome.APPROVED else None
        except Refused:
            pass
        new = stored(month).value if stored(month) is not None else None
        if closed and before is not None and old != new:
            assert approved is not None
            assert approved.by_id != person.id
            assert (approved.was_value, approved.value) == (old, new)
            seen[step] = month
    assert db.session.scalars(select(ValueCorrection)).all()


def test_the_trail_stands_beside_each_act(register):
    one = proposed(register)
    services.approve_correction(one, by=admin(register))
    acts = db.session.scalars(select(TrailEntry.action).order_by(TrailEntry.seq.desc()).limit(3)).all()
    assert acts == ["correction.approve", "measurement.correct", "correction.propose"]


def test_reading_the_board_costs_no_more_with_many_corrections(register, client_for, queries_of):
    client = client_for(register.manager)
    proposed(register)
    db.session.commit()
    few = queries_of(client, "/indicators/corrections")
    for back in range(3, 12):
        month = Month.of(today()).plus(-back)
        services.enter_measurement(csat(), month, value=50, by=register.manager, reason="x")
        services.enter_measurement(csat(), month, value=51 + back, by=register.manager, reason="x")
    db.session.commit()
    assert queries_of(client, "/indicators/corrections") == few
