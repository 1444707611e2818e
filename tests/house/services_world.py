"""What the service catalogue and the objectives add to the world: services with and without an agreement,
maintenance of both kinds; an objective in force and one that is closed.
"""

from datetime import date, time, timedelta
from typing import Any

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.indicators import catalogue, queries, services
from audit_app.indicators.catalogue_models import Service
from audit_app.indicators.objective_models import Objective
from tests.people import People

WEEK = ("08:00-20:00",) * 5 + ("", "")


def one(p: People, code: str, **facts: Any) -> Service:
    """A service of the catalogue."""
    given = {
        "code": code,
        "name_en": code,
        "name_zh": f"服务 {code}",
        "customer": "销售部",
        "owner_id": p.owner.id,
    }
    return catalogue.add_service(**{**given, **facts}, by=p.manager)


def aim(p: People, code: str, **facts: Any) -> Objective:
    """An objective with its plan."""
    given = {
        "code": code, "name_en": code, "name_zh": f"目标 {code}", "owner_id": p.owner.id, "process_id": p.inc.id,
        "department_id": p.ops.id, "measures": "增加坐席", "resources": "两人", "evaluation": "按月评价",
        "set_on": date(2026, 1, 1), "due_on": today() + timedelta(days=90),
    }  # fmt: skip
    return services.add_objective(**{**given, **facts}, by=p.manager)


def build(p: People) -> dict[str, Any]:
    """A service with two agreements, one taken back, and maintenance; a service without anything."""
    service = one(p, "MAIL", aliases="邮件")
    common = {"target": "99.5", "zone": "Asia/Shanghai", "by": p.manager}
    first = catalogue.agree(
        service, valid_from=date(2025, 1, 1), reason="首份协议", kind="week", week=WEEK, holidays="CN",
        in_service="P1, 15, 240\nP2, 60, 480", in_calendar="P0, 5, 60", **common,
    )  # fmt: skip
    back = catalogue.agree(service, valid_from=date(2025, 7, 1), reason="登记错误", **common)
    catalogue.take_back_agreement(back, "客户不对", by=p.manager)
    facts = {"start": time(1), "end": time(3), "announced_on": today() - timedelta(days=30), "by": p.manager,
             "announced_time": time(9), "announced_by": "高工"}  # fmt: skip
    (soon,) = catalogue.add_maintenance(service, day=today() + timedelta(days=3), **facts)
    catalogue.add_maintenance(service, day=today() - timedelta(days=3), **facts)
    db.session.flush()
    measured = [each.id for each in queries.active()[:2]]
    assert measured, "an objective without an indicator would hide what its page asks of each"
    aimed, closed = aim(p, "OBJ-1", indicator_ids=measured), aim(p, "OBJ-2")
    services.close_objective(closed, state="missed", result="资源不足", closed_on=today(), by=p.manager)
    return {
        "service": service, "bare": one(p, "BARE"), "agreement": first, "window": soon,
        "objective": aimed, "closed": closed,
    }  # fmt: skip


def grow(p: People, made: dict[str, Any], count: int) -> None:
    """More services with an agreement, more agreements and maintenance of one."""
    free = [each for each in queries.active() if each.objective_id is None]
    for number in range(count):
        aim(p, f"GROWN-{number}", indicator_ids=[free[number].id] if number < len(free) else [])
        more = one(p, f"S{number}", aliases=f"日志 {number}")
        for service, year in ((more, 2025), (made["service"], 2030 + number)):
            catalogue.agree(
                service, valid_from=date(year, 1, 2), reason="协议", target="99", zone="UTC", in_service="P1, 5, 50",
                by=p.manager,
            )  # fmt: skip
        catalogue.add_maintenance(
            made["service"], day=today() + timedelta(days=20 + number), start=time(1), end=time(3),
            announced_on=today() - timedelta(days=1), announced_time=time(0), announced_by="高工", by=p.manager,
        )  # fmt: skip


def addresses(made: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Parameters of the endpoints of the catalogue."""
    own = {"id": made["service"].id}
    both = [own, {"id": made["bare"].id}]
    return {
        "indicators.service": both,
        "indicators.service_export": both,
        "indicators.service_edit": both,
        "indicators.service_outages": [*both, own | {"month": "2026-01"}, own | {"counts": "counted"}],
        "indicators.service_outages_export": both,
        "indicators.agreement_new": both,
        "indicators.agreement_back": [own | {"row": made["agreement"].id}],
        "indicators.maintenance_new": both,
        "indicators.maintenance_back": [own | {"row": made["window"].id}],
        "indicators.switch_on": [{}],
        "indicators.objectives": [{}, {"state": "overdue"}, {"q": "目标"}],
        "indicators.objective": [{"id": made["objective"].id}, {"id": made["closed"].id}],
        "indicators.objective_edit": [{"id": made["objective"].id}],
        "indicators.objective_close": [{"id": made["objective"].id}, {"id": made["closed"].id}],
        "indicators.services": [{}, {"q": "邮件"}, {"state": "without"}],
    }
