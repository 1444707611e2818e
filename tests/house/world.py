"""A database in which there is at least one of everything, and the addresses that show it.

Built by the services, as people would; the sweeps over all routes walk through it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, url_for
from werkzeug.routing import Rule

from audit_app.accounts import services as accounts
from audit_app.accounts.models import Person
from audit_app.checklists import services as checklists
from audit_app.checklists.models import Checklist, ChecklistItem
from audit_app.checklists.protocol import Batch
from audit_app.checklists.sync import receive
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.evidence import services as evidence
from audit_app.findings.deadline_models import Extension
from audit_app.findings.models import FindingState, Grade
from audit_app.notifications import services as notifications
from audit_app.notifications.models import Mail, MailState, Notice
from audit_app.programme import services as programme
from audit_app.programme import waivers
from audit_app.programme.models import Audit, AuditKind, TeamRole
from audit_app.programme.waiver_models import WaiverKind
from audit_app.reports import exports as report_exports
from audit_app.reports import services as reports
from audit_app.web import holding
from audit_app.web.access import FOREIGN, TICKET
from tests.findings import factory as findings
from tests.house import (
    agenda_world,
    authored_world,
    cause_world,
    deadlines_world,
    field_world,
    owner_world,
    planned,
    registers_world,
)
from tests.house.accounts_world import accounts_addresses
from tests.house.more_world import build_more, more_addresses
from tests.people import People
from tests.programme.factory import approve

SHEET = "条款,问题\n8.6.1,事件是否分级?\n8.6.2,请求是否记录?\n".encode()
Arguments = list[dict[str, Any]]


@dataclass
class World:
    """One of everything. ``audit`` is in progress in Olga's area; ``other_audit`` is planned in Otto's."""

    people: People
    audit: Audit
    other_audit: Audit
    checklist: Checklist
    item: ChecklistItem
    findings: dict[str, Any]
    foreign_finding: Any
    draft: Any
    action: Any
    foreign_action: Any
    files: dict[str, Any]
    published: Any
    template_draft: Any
    notice: Any
    upload: str
    more: dict[str, Any]
    waiver: Any
    held_seq: int
    missing_file: str
    planned: dict[str, Any]

    @property
    def everybody(self) -> dict[str, Person]:
        """One person per role."""
        p = self.people
        return {
            "administrator": p.admin, "programme manager": p.manager, "lead auditor": p.lead, "auditor": p.auditor,
            "process owner": p.owner, "top management": p.boss, "read-only": p.reader,
        }  # fmt: skip


def plan_audit(people: People, year: Any, title: str, process: Any, department: Any, owner: Person) -> Audit:
    """An audit of one process, led by Leo with Ana."""
    first = min(today() + timedelta(days=3), today().replace(month=12, day=30))
    return programme.add_audit(
        year, AuditKind.INTERNAL, title, "ISO/IEC 20000-1:2018", max(first, today()), max(first, today()),
        objective="目的", rationale="理由", clauses=["9.2"], processes=[process], departments=[department],
        sites=[people.site], auditees=[owner], lead=people.lead,
        members=[(people.auditor, TeamRole.AUDITOR), (people.reader, TeamRole.OBSERVER)], by=people.manager,
    )  # fmt: skip


def issue_report(people: People, year: Any) -> None:
    """A third audit with its report issued: two pages and two workbooks, kept for ever."""
    audit = plan_audit(people, year, "服务级别审核", people.slm, people.sdm, people.owner2)
    programme.notify(audit, by=people.manager)
    programme.start(audit, by=people.lead)
    reports.write(
        audit,
        conclusion="符合。",
        obstacles="无",
        not_covered="无",
        recipients=[people.owner2],
        by=people.lead,
    )
    reports.issue(audit, report_exports.render_all, by=people.lead)


def answer(world_item: ChecklistItem, number: int, value: str, note: str, by: Person, base: int = 0) -> None:
    """One answer through the offline door, if wanted on top of the answer numbered ``base``."""
    stamp, before = (f"00000000-0000-4000-8000-{each:012d}" for each in (number, base))
    body = {
        "id": stamp, "audit": world_item.checklist.audit_id, "item": world_item.id, "base": [before] if base else [], "value": value,
        "note": note, "flagged": False, "author": by.id, "device_seq": number,
        "client_time": now().isoformat(), "tz_offset": 480, "clock_offset_ms": 0,
        "template_version": world_item.checklist.version_id, "attachment_ids": [],
    }  # fmt: skip
    batch = Batch.model_validate(
        {"protocol": 1, "device_id": "00000000-0000-4000-9000-000000000001", "items": [body]}
    )
    reply = receive(batch, by=by)
    assert reply.results[stamp].status == "accepted", reply


def data_folder() -> Path:
    """Folder of the application under test."""
    folder: Path = current_app.config["SETTINGS"].data_dir
    return folder


def build(people: People) -> World:
    """Make one of everything and commit."""
    p = people
    accounts.load_processes(by=p.admin)
    shipped = checklists.load_shipped(by=None)
    accounts.edit_person(  # the history of who worked where begins
        p.admin, email=p.admin.email, name=p.admin.name, roles=p.admin.role_set, department=p.sdm, language="en",
        by=p.admin,
    )  # fmt: skip
    year = programme.add_programme(
        today().year, "年度审核方案", "目标", "风险", "方法", p.manager, by=p.manager
    )
    audit = plan_audit(p, year, "事件管理审核", p.inc, p.ops, p.owner)
    other = plan_audit(p, year, "变更管理审核", p.chg, p.dev, p.owner2)
    proposal = planned.build(p, year)
    approve(p, year)
    programme.notify(audit, by=p.manager)
    agenda_world.build(audit, other, p)
    programme.start(audit, by=p.lead)
    published = next(each for each in shipped if "20000" in each.template.key)
    checklist = checklists.add_checklist(audit, published, clauses=["8.6"], by=p.lead)
    items = [each for each in checklist.items if each.assessable]
    for number, (item, value) in enumerate(
        zip(items, ("conform", "minor", "not_applicable"), strict=False), 1
    ):
        answer(item, number, value, "看过十份记录", p.auditor)
    answer(items[0], 4, "conform", "又看了五份", p.auditor, base=1)
    made = {
        state: findings.at(p, state, Grade.MINOR, title="优先级缺失", audit=audit) for state in findings.PATH
    }
    why = cause_world.build(p, made["corrected"])
    foreign = foreign_finding(p)
    issue_report(p, year)
    held_seq, missing_file = field_world.build(checklist, items[2], p.auditor, p.lead)
    copy = checklists.copy_template(published, by=p.lead)
    own = authored_world.build(p, other)
    subjects = {"finding": made["planned"], "action": made["planned"].actions[0], "audit": audit,
                "checklist_item": items[0]}  # fmt: skip
    files = {
        kind: evidence.attach(row, findings.Upload(), caption="记录", by=p.auditor)
        for kind, row in subjects.items()
    }
    files["foreign"] = evidence.attach(foreign, findings.Upload("other.txt", b"Another record.\n"), by=p.lead)
    world = World(
        p, audit, other, checklist, items[1], made, foreign, made["draft"], made["planned"].actions[0],
        foreign.actions[0] if foreign.actions else None, files, published, copy,
        db.session.query(Notice).filter_by(person_id=p.owner.id).first(),
        holding.keep(data_folder() / "uploads", p.lead.id, "questions.csv", BytesIO(SHEET)).token,
        build_more(p, data_folder()) | {"own": own, "why": why}, ask_waiver(p, other), held_seq, missing_file, proposal,
    )  # fmt: skip
    assert made["closed"].state is FindingState.CLOSED
    deadlines_world.build(p, made)
    owner_world.build(p, made)
    world.more["registers"] = registers_world.build(p, made)
    parked_mail(p.owner, 1)
    notifications.choose(p.owner, hour=9, muted=["finding.closed"], by=p.owner)
    notifications.remember_gathered(today())
    db.session.commit()
    return world


def parked_mail(person: Person, number: int) -> None:
    """A mail that the server refused for good."""
    db.session.add(
        Mail(
            person=person, day=today() - timedelta(days=number), urgent=False, message_id=f"<{number}@world.test>",
            state=MailState.FAILED, made_at=now(), tried_since=now(), next_try_at=now(), attempts=1,
            last_error="550 没有此邮箱", carried=[1],
        )
    )  # fmt: skip


def ask_waiver(p: People, audit: Audit) -> Any:
    """A waiver that waits for approval: Otto, whose area it is, would help in the audit."""
    return waivers.ask(
        audit, p.owner2, WaiverKind.INDEPENDENCE, "没有其他人熟悉工具。", "由审核组长复核。", by=p.manager
    )


def foreign_finding(p: People) -> Any:
    """A finding of Otto's area, which Olga has nothing to do with; one action of his."""
    from audit_app.findings import action_services, answers, services

    made = findings.finding(
        p, Grade.MINOR, title="变更未批准", process=p.chg, department=p.dev, owner=p.owner2, clause="8.5.1.2",
        by=p.lead,
    )  # fmt: skip
    services.issue(made, by=p.manager)
    answers.accept(made, correction="补批了变更。", by=p.owner2)
    action_services.add_action(
        title="培训变更经理", owner=p.owner2, due_on=today() + timedelta(days=20), kind="corrective", finding=made,
        by=p.owner2,
    )  # fmt: skip
    return made


# --- addresses -------------------------------------------------------------------------------------------------------


def table(world: World) -> dict[str, Arguments]:
    """What fills the parameters of each endpoint; a list when several kinds of thing share one."""
    made = world.findings
    ids = [{"id": each.id} for each in (*made.values(), world.foreign_finding)]
    actions = [{"id": world.action.id}, {"id": world.foreign_action.id}]
    this_year = {"year": today().year}
    audits = [{"audit_id": world.audit.id}, {"audit_id": world.other_audit.id}]
    published, draft = {"id": world.published.id}, {"id": world.template_draft.id}
    questions = [{"id": world.template_draft.questions[1].id}]
    kinds = [{"kind": kind} for kind in ("sites", "departments", "processes")]
    rows = {"sites": world.people.site, "departments": world.people.ops, "processes": world.people.inc}
    return {
        "accounts.master": kinds,
        "accounts.master_export": kinds,
        "accounts.master_new": kinds,
        "accounts.master_edit": [{"kind": kind, "id": row.id} for kind, row in rows.items()],
        **accounts_addresses(world.people),
        "competence.show": [{"id": 1}],
        "competence.renew": [{"id": 1}],
        "competence.withdraw": [{"id": 1}],
        "competence.new": [{}, {"person": world.people.lead.id, "skill": "leading"}],
        "programme.waiver": [{"id": world.waiver.id}],
        "programme.waiver_new": [{"id": world.other_audit.id}, {"id": world.other_audit.id, "person": world.people.owner2.id}],
        "programme.waiver_approve": [{"id": world.waiver.id}],
        "programme.waiver_withdraw": [{"id": world.waiver.id}],
        "programme.workload_page": [this_year],
        "programme.workload_export": [this_year],
        "programme.show": [this_year],
        "programme.edit": [this_year],
        "programme.step": [this_year | {"step": step} for step in ("approve", "revise", "close")],
        "programme.audit": [{"id": world.audit.id}, {"id": world.other_audit.id}],
        "programme.audit_edit": [{"id": world.audit.id}, {"id": world.other_audit.id}],
        "programme.audit_team": [{"id": world.other_audit.id}],
        "programme.audit_step": [
            {"id": world.audit.id, "step": "report"}, {"id": world.other_audit.id, "step": "notify"},
            {"id": world.other_audit.id, "step": "cancel"},
        ],
        "reports.show": audits,
        "reports.write": audits,
        "reports.approve": audits[:1],
        "reports.step": [audits[0] | {"step": step} for step in ("issue", "supplement")],
        "reports.file": [audits[0] | {"kind": kind} for kind in ("pdf", "xlsx")],
        "dossiers.year": [this_year],
        "dossiers.year_zip": [this_year],
        "dossiers.audit": [{"id": world.audit.id}],
        "dossiers.audit_zip": [{"id": world.audit.id}],
        "dossiers.progressed": [{"token": "11111111-1111-4111-8111-111111111111"}],
        "findings.new": [{}, {"item_id": world.item.id, "grade": "minor"}, {"audit_id": world.audit.id}],
        "findings.show": ids,
        "findings.report": ids[1:3],
        "findings.charts_file": [{"kind": "pdf"}, {"kind": "xlsx"}],
        "indicators.system_file": [{"kind": "pdf"}, {"kind": "xlsx"}],
        "findings.edit": ids[:2],
        "findings.extend": [{"id": made["planned"].id}],
        "findings.extension": [{"id": each.id} for each in db.session.query(Extension).order_by(Extension.id)],
        "findings.deadline_edit": [{"grade": "minor", "term": "response"}, {"grade": "ofi", "term": "corrective"}],
        "findings.link_repeat": [{"id": made["planned"].id}, {"id": made["draft"].id}],
        "findings.take_back_repeat": [{"id": made["planned"].id, "earlier": made["closed"].id}],
        "findings.hand_over": [{"id": world.people.owner.id}, {"id": world.people.reader.id}],
        "findings.regrade": [{"id": made["draft"].id}],
        "findings.new_action": [{"id": made["accepted"].id}],
        "findings.step": [
            {"id": made[state].id, "step": step} for state, step in
            (("draft", "issue"), ("issued", "accept"), ("issued", "dispute"), ("accepted", "correct"),
             ("corrected", "analyse"), ("analysed", "restate"), ("analysed", "propose"), ("proposed", "approve_plan"),
             ("proposed", "return_plan"), ("planned", "start"), ("in_progress", "report"),
             ("implemented", "verify"), ("implemented", "send_back"), ("effectiveness_due", "close"),
             ("effectiveness_due", "fail_check"), ("closed", "reopen"), ("draft", "withdraw"))
        ],
        "findings.action": actions,
        "findings.action_edit": actions,
        "findings.action_step": [{"id": world.action.id, "step": step} for step in ("done", "extend", "delegate", "take_back", "cancel")],
        "checklists.index": audits,
        "checklists.add": audits,
        "checklists.fieldwork": [*audits, audits[0] | {"item": world.item.id}],
        "checklists.tablets": audits,
        "checklists.rule": [audits[0] | {"seq": world.held_seq, "verb": verb} for verb in ("admit", "reject", "file_late")],
        "checklists.waive": [audits[0] | {"key": world.missing_file}],
        "checklists.import_saved": audits,
        "checklists.receipt_page": audits,
        "checklists.device": [{"id": field_world.TABLET}],
        "checklists.device_revoke": [{"id": field_world.TABLET}],
        "checklists.file_progress": [{"id": "11111111-1111-4111-8111-111111111111"}],
        "checklists.answer": audits[:1],
        "checklists.record_pdf": audits[:1],
        "checklists.record_xlsx": audits[:1],
        "checklists.remove": [{"id": world.checklist.id}],
        "checklists.item": [{"id": world.item.id}],
        "checklists.import_preview": [{"token": world.upload}],
        "checklists.import_save": [{"token": world.upload}],
        "checklists.show": [published, draft],
        "checklists.export": [published, draft],
        "checklists.act": [
            *(published | {"verb": verb} for verb in ("copy", "renew", "retire")),
            *(draft | {"verb": verb} for verb in ("publish", "discard")),
        ],
        "checklists.edit": [draft],
        "checklists.title": [draft],
        "checklists.question_new": [draft],
        "checklists.question_edit": questions,
        "checklists.question_move": questions,
        "checklists.question_remove": questions,
        "checklists.sync_changes": [{"audit": world.audit.id, "after": 0}],
        "evidence.download": [{"id": each.id} for each in world.files.values()],
        "evidence.upload": [{"kind": "finding", "id": made["planned"].id}],
        "indicators.sample": [{"n": 3, "seed": "world"}],
        "home.read": [{"id": world.notice.id}],
        "home.mail_resend": [{"id": 1}],
        "home.mail": [{}, {"state": "failed"}],
        "home.notices": [{}, {"show": "all"}],
        "home.search": [{}, {"q": "事件"}, {"q": "INC"}],
        **authored_world.addresses(world.more["own"]),
        **cause_world.addresses(made, world.more["why"]),
        **owner_world.addresses(made),
        **more_addresses(world.more),
        **registers_world.addresses(world),
        **planned.addresses(world.planned, world.audit),
        **agenda_world.addresses(world.audit, world.other_audit),
    }  # fmt: skip


@dataclass(frozen=True)
class Address:
    """One address of a rule."""

    endpoint: str
    url: str


def own_rules(app: Flask, method: str) -> list[Rule]:
    """Every rule of ours that answers a method and that a sign-in opens, in the order of its path."""
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ())
        and rule.endpoint not in FOREIGN
        and not rule.endpoint.endswith("static")
        and getattr(app.view_functions[rule.endpoint], "access", None) != TICKET
    ]
    return sorted(rules, key=lambda rule: rule.rule)


def addresses(app: Flask, world: World, method: str = "GET") -> Iterator[Address]:
    """Every address of the rules that answer ``method``, filled from the table."""
    filled = table(world)
    for rule in own_rules(app, method):
        wanted = rule.arguments - set(rule.defaults or ())
        assert not wanted or rule.endpoint in filled, (
            f"{rule.endpoint} has parameters: give it a line in {__name__}.table()"
        )
        for given in filled.get(rule.endpoint, [{}]):
            query = {key: value for key, value in given.items() if key not in wanted}
            if wanted <= set(given):
                with app.test_request_context():
                    path = url_for(rule.endpoint, **{key: given[key] for key in wanted})
                yield Address(
                    rule.endpoint, path + (f"?{urlencode(query)}" if query and method == "GET" else "")
                )
