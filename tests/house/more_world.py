"""The upper floors of the world: indicators with their logs, and a management review in every state."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from audit_app.certification import gaps
from audit_app.certification import queries as certification
from audit_app.certification import services as certification_services
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.evidence import services as evidence
from audit_app.findings.models import Grade, Origin
from audit_app.indicators import corrections, locks, sources
from audit_app.indicators import services as indicators
from audit_app.indicators.models import Import, Indicator, Source
from audit_app.indicators.periods import Month
from audit_app.indicators.source_models import DataSource, Picked, PickedFile
from audit_app.programme.models import AuditKind
from audit_app.reviews import exports as review_exports
from audit_app.reviews import services as reviews
from audit_app.reviews import supplements
from audit_app.reviews.models import InputKey, Review
from audit_app.web import holding
from tests.certification import factory as cycle
from tests.findings import factory as findings
from tests.findings.factory import Upload
from tests.house import services_world, standards_world
from tests.people import People

TICKETS = (
    "number,opened,resolved,sla_met\nT-1,2026-01-05 08:00,2026-01-05 10:00,yes\nT-2,2026-01-06 08:00,,no\n"
)
OUTAGES = "service,start,end\n邮件,2026-01-05T08:00:00+00:00,2026-01-05T09:00:00+00:00\n"


def indicators_with_values(p: People, folder: Path) -> tuple[Indicator, Import]:
    """The register, a typed month, and one log of each kind."""
    indicators.load_register(by=p.manager)
    typed = db.session.scalars(select(Indicator).where(Indicator.source == Source.MANUAL)).first()
    assert typed is not None
    indicators.enter_measurement(typed, Month.of(today()).previous(), value=1, comment="看过", by=p.manager)
    tickets, outages = folder / "tickets.csv", folder / "outages.csv"
    tickets.write_text(TICKETS, encoding="utf-8")
    outages.write_text(OUTAGES, encoding="utf-8")
    made = indicators.import_tickets(tickets, "generic", by=p.manager)
    indicators.import_outages(outages, target=99.9, by=p.manager)
    assert made.stored is not None
    return typed, made.stored


def waiting_file(p: People, folder: Path) -> tuple[DataSource, PickedFile]:
    """A remembered source, and a file of it that waits for a person."""
    source = sources.remember(
        "工单", "tickets-2026-01.csv", "tickets", {"profile": "generic"}, ["number"], by=p.manager
    )
    waits = PickedFile(
        run_at=now(), filename="tickets-2026-01.csv", sha256="0" * 64, state=Picked.WAITING, words="会改变",
        kept_as="waiting/tickets-2026-01.csv", source=source,
    )  # fmt: skip
    db.session.add(waits)
    db.session.flush()
    return source, waits


def late_correction(p: People) -> Any:
    """A value proposed for a closed month; one for the month before was refused."""
    typed = db.session.scalars(select(Indicator).where(Indicator.source == Source.MANUAL)).first()
    assert typed is not None
    month = Month.of(today()).plus(-5)
    both = (month.previous(), month)
    for each in both:
        indicators.enter_measurement(typed, each, value=1, by=p.manager)
    locks.close(both[0].first, month.last, "MR-2000-1", by=p.boss)
    rows = [
        indicators.enter_measurement(typed, each, value=2, reason="两张单据漏计", by=p.manager)
        for each in both
    ]
    refused, waits = (corrections.of_row(row)[0] for row in rows)
    corrections.refuse(refused, "单据不属于本月", by=p.admin)
    return waits


def review(p: People, state: str, title: str) -> Review:
    """A management review that has come as far as ``state``."""
    first, last = today() - timedelta(days=365), today() - timedelta(days=1)
    made = reviews.plan_review(
        title, today(), first, last, p.boss, p.manager, [(p.lead, "主任审核员"), (p.owner, "过程负责人")],
        "会议室", by=p.manager,
    )  # fmt: skip
    if state == "planned":
        return made
    reviews.start_preparing(made, by=p.manager)
    reviews.assign_input(made, InputKey.E, owner=p.owner, by=p.manager)
    asked = reviews.ask_decision(made, text="增加两名服务台人员", input_key=InputKey.J, by=p.manager)
    reviews.ask_decision(made, text="更换工具", input_key=InputKey.J, by=p.manager)
    if state == "preparing":
        return made
    for key in InputKey:
        if key is InputKey.A:
            reviews.declare_nothing(made, key, reason="首次评审", by=p.manager)
        else:
            reviews.write_input(made, key, text="已评审,情况正常。", by=p.manager)
    reviews.record_attendance(made, {p.boss.id, p.lead.id}, by=p.manager)
    reviews.sign_in(made, by=p.boss)
    reviews.hold(
        made, minutes="逐项讨论。", suitability="适宜。", adequacy="充分。", effectiveness="有效。",
        next_review_on=today() + timedelta(days=180), by=p.manager,
    )  # fmt: skip
    if state == "held":
        return made
    reviews.take_decision(asked, owner=p.owner, due_on=today() + timedelta(days=60), by=p.boss)
    reviews.reject_decision(made.decisions[1], by=p.boss)
    return reviews.approve(made, review_exports.render_all, by=p.boss)


STATES = ("planned", "preparing", "held", "approved")


def review_supplements(made: Review, p: People) -> list[Any]:
    """One issued, one that is only written, one that was withdrawn."""
    words = {"reason": "数字抄错", "correction": "应为两人。", "by": p.manager}
    first = supplements.write(made, decision=made.decisions[0], **words)
    supplements.issue(first, review_exports.supplement_files, by=p.boss)
    taken_back = supplements.write(made, input_key=InputKey.K, **words)
    supplements.withdraw(taken_back, reason="Written under the wrong review.", by=p.manager)
    return [first, supplements.write(made, input_key=InputKey.H, **words), taken_back]


def certification_cycle(p: People) -> dict[str, Any]:
    """A certificate in its first year, a gap list with a plan, a finding of the body, a finished cycle before."""
    scheme = cycle.scheme(p)
    first = certification_services.begin_cycle(
        scheme=scheme, standard="ISO/IEC 20000-1:2018", body="认证机构", by=p.manager
    )
    certification_services.end(first, reason="项目暂停", by=p.manager)
    day = today() - timedelta(days=320)
    gap = cycle.audit(p, AuditKind.GAP, day - timedelta(days=200), code="GAP-1")
    light = findings.finding(p, Grade.OBSERVATION, title="知识库无人维护", audit=gap, by=p.manager)
    findings.services.issue(light, by=p.lead)
    made = cycle.certified(p, decided_on=day, scheme=scheme)
    body = cycle.audit(p, AuditKind.SURVEILLANCE, today() - timedelta(days=5), code="SV-1")
    foreign = findings.finding(
        p, Grade.MINOR, title="外部不符合", audit=body, origin=Origin.EXTERNAL_AUDIT, by=p.manager
    )
    found = gaps.gaps(certification.gap_audit(made, to=p.manager) or gap, to=p.manager)
    gaps.plan_gap(
        found.rows[0], measure="指定负责人", owner=p.owner, due_on=today(), progress=40, by=p.manager
    )
    return {"certificate": made, "ended": first, "gap": light, "of_body": foreign, "rule": scheme.rules[0]}


def long_logs(p: People, uploads: Path) -> dict[str, Any]:
    """Two logs that were read outside of the request: one cannot be read, the server of the other ended."""
    found = {}
    for state, result in (("done", {"refused": {"zh": "没有该列", "en": "No such column"}}), ("running", {})):
        held = holding.keep(uploads, p.manager.id, f"日志 {len(state)}.csv", Upload(content=TICKETS.encode()).stream,
                            kind="tickets", profile="generic")  # fmt: skip
        job = {"token": held.token, "filename": held.filename, "step": "look", "size": 100, "begun": 1.7e9,
               "state": state, "rows": 3, "share": 0.5, "facts": {}, "result": result}  # fmt: skip
        holding.beside(uploads, p.manager.id, held.token, ".job").write_text(json.dumps(job))
        found[state] = held
    return found


def build_more(p: People, folder: Path) -> dict[str, Any]:
    """Everything of the upper floors: what the addresses are filled with."""
    typed, imported = indicators_with_values(p, folder)
    change = indicators.recognise(typed, Month.of(today()).previous(), "换了工具", by=p.manager)
    target = indicators.set_target(typed, 97, month=Month.of(today()), reason="新协议", by=p.manager)
    catalogue = services_world.build(p)
    source, waits = waiting_file(p, folder)
    proposed = late_correction(p)
    made = {state: review(p, state, f"管理评审 {number}") for number, state in enumerate(STATES, 1)}
    added = review_supplements(made["approved"], p)
    evidence.attach(made["preparing"].inputs[0], Upload(), caption="记录", by=p.boss)
    tokens = {
        kind: holding.keep(folder / "uploads", p.manager.id, f"{kind}.csv", Upload(content=text.encode()).stream, **facts)
        for kind, text, facts in (
            ("tickets", TICKETS, {"kind": "tickets", "profile": "generic"}),
            ("outages", OUTAGES, {"kind": "outages", "profile": "outages", "target": "", "from": "", "to": "",
                                  "services": "", "leave_out": ""}),
            ("values", "code,month,value\nCSAT,2026-01,4.5\n", {"kind": "values"}),
        )
    }  # fmt: skip
    tokens |= long_logs(p, folder / "uploads")
    return {
        "texts": standards_world.build(p, folder),
        "typed": typed,
        "imported": imported,
        "change": change,
        "target": target,
        "services": catalogue,
        "source": source,
        "waits": waits,
        "proposed": proposed,
        "reviews": made,
        "supplements": added,
        "tokens": tokens,
        "cycle": certification_cycle(p),
    }


def more_addresses(made: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What fills the parameters of the upper floors' endpoints."""
    reviews_ = made["reviews"]
    every = [{"id": each.id} for each in reviews_.values()]
    held = [{"token": each.token} for each in made["tokens"].values()]
    indicator = [{"id": made["typed"].id}]
    rows = [{"id": reviews_["preparing"].inputs[place].id} for place in range(14)]
    asked = [{"id": reviews_["preparing"].decisions[0].id}]
    topic = reviews_["preparing"].agenda[1]
    cycles = [{"id": made["cycle"][each].id} for each in ("certificate", "ended")]
    return {
        **standards_world.addresses(made["texts"]),
        "certification.show": cycles,
        "certification.edit": cycles[:1],
        "certification.step": [cycles[0] | {"step": step} for step in ("suspend", "renew", "end")],
        "certification.gap_list": cycles,
        "certification.gap_export": [cycles[0] | {"kind": kind} for kind in ("pdf", "xlsx")],
        "certification.gap_plan": [cycles[0] | {"kind": "finding", "number": made["cycle"]["gap"].id}],
        "certification.rule_edit": [{"id": made["cycle"]["rule"].id}],
        "certification.deadline": [{"id": made["cycle"]["of_body"].id}],
        "indicators.show": [*indicator, *({"id": number} for number in (1, 2, 11))],
        "indicators.edit": indicator,
        "indicators.enter": indicator,
        "indicators.change_new": indicator,
        "indicators.change_back": [{"id": made["typed"].id, "change": made["change"].id}],
        "indicators.target_new": indicator,
        "indicators.target_back": [{"id": made["typed"].id, "target": made["target"].id}],
        "indicators.export_one": indicator,
        **services_world.addresses(made["services"]),
        "indicators.import_new": [{"kind": kind} for kind in ("values", "tickets", "outages")],
        "indicators.import_look": held,
        "indicators.import_drop": held,
        "indicators.import_again": [{"token": made["tokens"]["running"].token}],
        "indicators.import_working": [{"token": made["tokens"][each].token} for each in ("done", "running")],
        "indicators.imported": [{"id": made["imported"].id}],
        "indicators.source": [{"id": made["source"].id}],
        "indicators.correction": [{"id": made["proposed"].id}],
        "indicators.month": [
            {"id": made["typed"].id, "month": str(month)}
            for month in (made["proposed"].month, Month.of(today()).previous(), Month(1999, 1))
        ],
        "indicators.source_waiting": [{"id": made["waits"].id}],
        "reviews.show": every,
        "reviews.edit": every[:3],
        "reviews.step": [
            {"id": reviews_[state].id, "step": step} for state, step in
            (("planned", "prepare"), ("preparing", "hold"), ("held", "record"), ("held", "approve"))
        ],
        "reviews.check": [{}],
        "reviews.sign": [{"id": reviews_["approved"].id}],
        "reviews.new_supplement": [{"id": reviews_["approved"].id}],
        "reviews.supplement": [{"id": each.id} for each in made["supplements"]],
        "reviews.supplement_file": [{"id": made["supplements"][0].id}],
        "reviews.edit_supplement": [{"id": made["supplements"][1].id}],
        "reviews.issue_supplement": [{"id": made["supplements"][1].id}],
        "reviews.withdraw_supplement": [{"id": made["supplements"][1].id}],
        "reviews.new_decision": [{"id": reviews_["preparing"].id}],
        "reviews.edit_decision": asked,
        "reviews.take_decision": asked,
        "reviews.reject_decision": asked,
        "reviews.pack": every,
        "reviews.export": [{"id": reviews_[state].id, "kind": kind} for state in ("preparing", "approved")
                           for kind in ("pdf", "xlsx")],
        "reviews.input": rows,
        "reviews.places": every[:3],
        "reviews.requests_page": [{"id": reviews_[state].id} for state in ("preparing", "held")],
        "reviews.gate": every,
        "reviews.agenda": [{"id": reviews_[state].id} for state in ("preparing", "held")],
        "reviews.agenda_propose": [{"id": reviews_["preparing"].id}],
        "reviews.meeting": [{"id": reviews_[state].id} for state in ("preparing", "held")],
        "reviews.meeting_state": [{"id": reviews_["held"].id}],
        "reviews.meeting_attendance": [{"id": reviews_["preparing"].id}],
        "reviews.meeting_sign": [{"id": reviews_["preparing"].id}],
        "reviews.meeting_decide": [{"id": reviews_["preparing"].id, "topic": topic.id}],
        "reviews.meeting_take": [
            {"id": reviews_["preparing"].id, "topic": topic.id, "decision": asked[0]["id"]}
        ],
        "reviews.topic_notes": [{"id": topic.id}],
        "reviews.sign_attendance": [{"id": reviews_["preparing"].id}],
        "reviews.present": every,
        "reviews.distribution": every,
        "reviews.distribution_edit": every[:3],
        "reviews.handed_over": [
            {"id": reviews_["approved"].id, "recipient": reviews_["approved"].recipients[0].id}
        ],
        "reviews.minutes": every,
        "reviews.plan_next": [{"id": reviews_["approved"].id}],
        "reviews.climate": [{"id": reviews_["preparing"].id}],
        "reviews.assign": rows[:1],
    }  # fmt: skip
