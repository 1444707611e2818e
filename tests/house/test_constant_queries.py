"""The number of database queries of a page does not grow with its rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Role
from audit_app.accounts.tenure import Post, Tenure
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.findings.models import Action, ActionKind, Grade
from audit_app.notifications.models import Notice
from audit_app.programme import waivers
from audit_app.programme.waiver_models import WaiverKind
from tests.findings import factory as findings
from tests.house import agenda_world, services_world, standards_world
from tests.house.world import World, answer, parked_mail, plan_audit
from tests.people import add_person, qualify

MORE = 27
MOST_OF_A_PACK = 120
"""Queries of a page that compiles a whole pack: fourteen inputs, each from its own records (113 on 2026-11-30)."""


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent to the database inside the block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def pages(world: World) -> list[str]:
    """Every list, and every page that shows many rows of something."""
    return [
        "/", "/devices", "/dashboard", "/dashboard/review", "/search?q=事件", "/trail", "/findings/", "/findings/export", "/findings/actions",
        "/findings/actions/export", "/findings/charts", "/findings/charts.xlsx", "/findings/charts.pdf", f"/findings/{world.findings['planned'].id}", f"/findings/{world.findings['planned'].id}/report", "/programme/", "/programme/audits",
        "/programme/audits.xlsx", "/programme/waivers", "/programme/waivers.xlsx", "/competence/", "/competence/gaps",
        "/competence/register.xlsx", f"/programme/{today().year}/workload", f"/programme/audits/{world.other_audit.id}/team", f"/programme/audits/{world.audit.id}", f"/audits/{world.audit.id}/checklists",
        f"/audits/{world.audit.id}/plan", f"/audits/{world.other_audit.id}/plan", f"/audits/{world.audit.id}/plan.pdf",
        f"/audits/{world.audit.id}/meetings", f"/audits/{world.audit.id}/attendance.pdf", "/calendar",
        f"/programme/{today().year}/coverage", f"/programme/{today().year}/coverage?by=department&span=cycle",
        f"/programme/{today().year}/coverage.xlsx", f"/programme/{today().year}/coverage/cell?row=8.6.1&column={world.audit.id}",
        f"/programme/{today().year}/gaps", f"/programme/{today().year}/versions", f"/programme/{today().year}/versions/1",
        "/programme/proposals", f"/programme/proposals/{world.planned['proposal'].id}",
        f"/audits/{world.audit.id}/fieldwork", f"/audits/{world.audit.id}/record.pdf", "/checklists",
        f"/audits/{world.audit.id}/report/", f"/audits/{world.audit.id}/report/file.pdf",
        f"/checklists/versions/{world.published.id}", "/organisation/people", "/organisation/processes",
        "/indicators/", f"/indicators/{world.more['typed'].id}", "/indicators/sheet", "/indicators/system", "/indicators/system?by=process", "/indicators/system?view=audits", "/indicators/system?view=clauses", "/indicators/system.pdf", "/indicators/system.xlsx?view=clauses", "/indicators/imports", "/reviews/",
        "/indicators/services", f"/indicators/services/{world.more['services']['service'].id}", f"/indicators/services/{world.more['services']['service'].id}/outages",
        "/indicators/objectives", f"/indicators/objectives/{world.more['services']['objective'].id}", "/indicators/objectives.xlsx",
        f"/reviews/{world.more['reviews']['held'].id}", f"/reviews/{world.more['reviews']['held'].id}/pack",
        f"/reviews/{world.more['reviews']['approved'].id}/pack", "/certification/", "/certification/rules",
        f"/certification/{world.more['cycle']['certificate'].id}/gaps",
        "/standards/", "/standards/crosswalk", f"/standards/{world.more['texts']['kept'].id}",
    ]  # fmt: skip


def grow(world: World) -> None:
    """Twenty-seven more of everything that pages list."""
    p = world.people
    findings.many(p, MORE, since=today() - timedelta(days=100))
    subject = world.findings["planned"]
    for number in range(MORE):
        one = findings.finding(p, Grade.MINOR, title=f"事件 {number}", audit=world.audit)
        one.owner, one.response_due_on = p.manager, today()
        db.session.add(
            Action(
                code=f"AX-{number}", kind=ActionKind.CORRECTIVE, title=f"措施 {number}", finding=subject,
                owner=p.manager, created_on=today(), due_on=today(), original_due_on=today(),
            )
        )  # fmt: skip
        db.session.add(
            Notice(kind="finding.issued", person_id=p.manager.id, subject_kind="finding", subject_id=str(number),
                   day=today(), facts={"code": "X", "title": "x", "due": "–"}, queued_at=now())
        )  # fmt: skip
        parked_mail(p.owner2, number + 10)
        department = (p.dev, p.sdm)[number % 2]
        new = add_person(f"Person {number}", f"p{number}@example.org", Role.AUDITOR, department)
        qualify(new, p.admin, until=today() + timedelta(days=number))
        db.session.add(Tenure(person=new, post=Post.MEMBER, department=p.ops, ended_on=today()))
        if number % 2 == 0:  # these work where the other audit looks
            waivers.ask(world.other_audit, new, WaiverKind.INDEPENDENCE, "理由", "措施", by=p.manager)
        plan_audit(p, world.audit.programme, f"事件审核 {number}", p.inc, p.ops, p.owner)
    agenda_world.grow(world.audit, world.other_audit, p, MORE)
    services_world.grow(p, world.more["services"], MORE)
    standards_world.grow(world.more["texts"], p, MORE)
    items = [each for each in world.checklist.items if each.assessable]
    for place, item in enumerate(items[3:], 5):
        answer(item, place, "conform", "看过", p.auditor)
    db.session.commit()


@pytest.mark.slow
@pytest.mark.parametrize("who", ["manager", "owner", "auditor"])
def test_pages_ask_as_many_queries_with_three_rows_as_with_thirty(
    app: Flask, world: World, client_for: Callable[[Person], FlaskClient], who: str
):
    client = client_for(getattr(world.people, who))
    addresses = pages(world)

    def measure() -> dict[str, int]:
        found = {}
        for url in addresses:
            with counted() as sent, app.app_context():  # a session of its own, as each request has
                status = client.get(url).status_code
            if status == 200:
                found[url] = len(sent)
        return found

    measure()  # caches of the process fill once
    few = measure()
    grow(world)
    many = measure()
    assert {url: (few[url], many[url]) for url in few if many[url] > few[url]} == {}
    assert len(few) >= 12
    whole = {url for url in few if url == "/dashboard/review" or url.endswith("/pack")}
    assert max(count for url, count in few.items() if url not in whole) < 60, few
    assert max(few.values()) < MOST_OF_A_PACK, few


def test_a_query_per_row_would_be_noticed(app: Flask, world: World):
    with counted() as sent:
        db.session.expire_all()
        for each in world.findings.values():
            assert each.title
    assert len(sent) >= len(world.findings)
