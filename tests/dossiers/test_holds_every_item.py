"""The demo's file, printed in both languages, holds every item that certification auditors ask for.

The items are the rows of ``docs/dossier.md``: what report, plan, meetings and each document must hold. Each is
looked up as heading in the language of the file and as value from the database, in the text of the PDF itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.core import clock
from audit_app.core.clock import local
from audit_app.core.db import db
from audit_app.dossiers import making
from audit_app.evidence import intake
from audit_app.findings.models import Finding, FindingState, Grade
from audit_app.programme.models import Audit
from audit_app.programme.waiver_models import Waiver, WaiverKind
from audit_app.reports.models import FrozenReport
from audit_app.reviews.models import Review, ReviewState
from tests.demo.test_demo import built

LANGUAGES = ("en", "zh")
LATIN = re.compile(r"[A-Za-z]{3,}")


def squeezed(text: str) -> str:
    """Without white space: a cell breaks lines where it likes."""
    return re.sub(r"\s+", "", text)


@dataclass
class File:
    """The rows that the items speak of, and the text of every PDF by language and path."""

    audit: Audit
    waiver: Waiver
    nc: Finding
    review: Review
    texts: dict[str, dict[str, str]]

    def of(self, language: str, folder: int, name: str) -> str:
        """The text of the documents in a folder whose name holds a word."""
        found = [
            text
            for path, text in self.texts[language].items()
            if path.startswith(f"{folder:02d} ") and name in path
        ]
        assert found, f"no document {folder:02d} {name} in {language}"
        return "".join(found)


def read(content: bytes) -> str:
    """Every page of a PDF."""
    return squeezed(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[File]:
    """The English demo, its years exported in both languages by the read-only person."""
    app, _took, _said = built(tmp_path_factory.mktemp("dossier"), "en")
    with app.app_context(), app.test_request_context():
        intake.use_folder(app.config["SETTINGS"].evidence_dir)
        clock.use_zone("Asia/Shanghai")
        reported = select(Waiver).join(Waiver.audit).where(
            Waiver.kind == WaiverKind.INDEPENDENCE,
            Audit.id.in_(select(FrozenReport.audit_id)),
        )  # fmt: skip
        waiver = db.session.scalars(reported).first()
        nc = db.session.scalars(
            select(Finding)
            .where(Finding.grade == Grade.MAJOR, Finding.state == FindingState.CLOSED)
            .order_by(Finding.id.desc())
        ).first()
        review = db.session.scalars(
            select(Review).where(Review.state == ReviewState.APPROVED).order_by(Review.meets_on.desc())
        ).first()
        reader = db.session.scalars(select(Person).where(Person.email.startswith("meng.ke"))).one()
        assert waiver is not None
        assert nc is not None
        assert review is not None
        years = {waiver.audit.programme.year, nc.audit.programme.year, review.meets_on.year}
        texts: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
        ids = (waiver.id, nc.id, review.id)
        for language in LANGUAGES:
            for year in years:
                out = BytesIO()
                making.of_year(year, language, out, lambda *_said: None, to=reader)
                archive = ZipFile(out)
                for path in archive.namelist():
                    if path.endswith(".pdf"):
                        texts[language][path] = read(archive.read(path))
        waiver, nc, review = (
            db.session.get_one(model, key) for model, key in zip((Waiver, Finding, Review), ids, strict=True)
        )
        yield File(waiver.audit, waiver, nc, review, texts)
        db.session.remove()
        db.engine.dispose()


def names(rows: Any) -> list[str]:
    return [each.name for each in rows]


PROGRAMME = (
    ("period", "Period", "期间", lambda f: f"{f.audit.programme.year}-01-01"),
    ("audits", "Audits of the year", "年度审核", lambda f: f.audit.code),
    ("areas and clauses", "Processes, clauses, departments, places", "过程、条款、部门、地点",
     lambda f: ", ".join(map(str, f.audit.clauses))),
    ("criteria", "Criteria", "准则", lambda f: f.audit.criteria),
    ("method", "Methods and responsibilities", "方法与职责", lambda f: f.audit.programme.methods),
    ("team", "Lead auditor, team", "审核组长、审核组", lambda f: f.audit.lead.name),
    ("risk rationale", "Why each process is audited when it is", "各过程的审核安排及理由", lambda f: f.audit.rationale),
    ("approval", "Approved by", "批准人", lambda f: f.audit.programme.versions[-1].approved_by.name),
    ("version", "Version", "版本", lambda f: str(f.audit.programme.versions[-1].number)),
    ("difference", "Difference to the version before", "与上一版本的差异", lambda f: ""),
    ("gaps", "Not covered, and why", "未覆盖", lambda f: ""),
)  # fmt: skip
APPOINTMENT = (
    ("leader", "Lead auditor", "审核组长", lambda f: f.audit.lead.name),
    ("members", "Function in the audit", "审核中的职能", lambda f: f.waiver.person.name),
    ("dates", "Dates", "日期", lambda f: str(f.audit.starts_on)),
    ("independence", "Independence", "独立性", lambda f: f.waiver.person.name),
    ("competence", "Competence on the first day of the audit", "审核首日的能力", lambda f: "ISO/IEC 20000-1:2018"),
    ("waiver: reason", "Waivers", "豁免", lambda f: f.waiver.reason),
    ("waiver: measure", "Compensating measure", "补偿措施", lambda f: f.waiver.measure),
    ("waiver: approver", "Approved", "批准", lambda f: f.waiver.approved_by.name),
)  # fmt: skip
PLAN = (
    ("objectives", "Objective", "审核目的", lambda f: f.audit.objective),
    ("scope", "Departments", "部门", lambda f: ", ".join(map(str, f.audit.clauses))),
    ("criteria", "Criteria", "准则", lambda f: f.audit.criteria),
    ("dates", "Dates", "日期", lambda f: str(f.audit.ends_on)),
    ("places", "Places", "地点", lambda f: ""),
    ("hourly timetable", "Timetable", "日程安排", lambda f: f"{local(f.audit.plan.slots[0].starts_at):%H:%M}"),
    ("team and roles", "Role in the team", "组内职责", lambda f: f.audit.lead.name),
    ("methods and sampling", "Methods and sampling", "方法与抽样", lambda f: f.audit.plan.methods),
    ("resources and logistics", "Resources and logistics", "资源与后勤", lambda f: f.audit.plan.resources),
    ("confidentiality", "Confidentiality duties", "保密要求", lambda f: f.audit.plan.confidentiality),
    ("language", "Language of the audit", "审核语言", lambda f: f.audit.plan.spoken),
    ("follow-up", "Follow-up of earlier audits", "以往审核的跟踪", lambda f: f.audit.plan.follow_up),
    ("approval", "Plan approved by", "批准", lambda f: f.audit.plan.approved_by.name),
)  # fmt: skip
MEETINGS = (
    ("opening: team introduced", "Participants introduced, with their roles", "介绍与会人员及其职责", lambda f: ""),
    ("opening: plan, scope, criteria confirmed", "Objectives, scope, criteria and plan confirmed", "确认审核目的、范围、准则和计划", lambda f: ""),
    ("opening: methods and sampling", "Methods explained; the audit is a sample", "说明审核方法，审核基于抽样", lambda f: ""),
    ("opening: channels", "Ways of communication agreed", "商定沟通渠道", lambda f: ""),
    ("opening: confidentiality", "Confidentiality and information security confirmed", "确认保密和信息安全要求", lambda f: ""),
    ("opening: grading", "Grades of findings explained", "说明审核发现的分级", lambda f: ""),
    ("opening: closing time", "Time and participants of the closing meeting agreed", "商定末次会议的时间和参加人员", lambda f: ""),
    ("attendance", "Who was there", "到会人员", lambda f: f.audit.lead.name),
    ("signatures", "Signature", "签字", lambda f: ""),
    ("time", "When", "时间", lambda f: str(f.audit.starts_on)),
    ("agenda", "Agenda", "议程", lambda f: ""),
    ("closing: thanks", "Thanks for the cooperation", "感谢配合", lambda f: ""),
    ("closing: sampling disclaimer", "Reminded that the audit is a sample", "重申审核基于抽样", lambda f: ""),
    ("closing: findings and grades", "Findings and their grades presented and understood", "通报审核发现及其分级并得到理解", lambda f: ""),
    ("closing: conclusion", "Conclusion presented", "宣布审核结论", lambda f: ""),
    ("closing: how and by when to respond", "How and by when to respond to nonconformities agreed", "商定不符合的回应方式和期限", lambda f: ""),
    ("closing: diverging opinions", "Diverging opinions", "分歧意见", lambda f: ""),
    ("minutes", "Minutes", "会议纪要", lambda f: ""),
)  # fmt: skip
CHECKLIST = (
    ("clause", "Clause", "条款", lambda f: "8.6.1"),
    ("what to audit", "What to audit", "审核要点", lambda f: ""),
    ("record", "Audit record", "审核记录", lambda f: ""),
    ("result", "Verdict", "判定", lambda f: ""),
)
NC = (
    ("department", "Audited department", "受审核部门", lambda f: ""),
    ("date", "Date", "日期", lambda f: str(f.nc.raised_on)),
    ("auditor", "Auditor", "审核员", lambda f: f.nc.raised_by.name),
    ("auditee confirmation", "Owner (auditee)", "责任人（受审核方）", lambda f: f.nc.owner.name),
    ("fact", "Nonconformity", "不符合", lambda f: f.nc.nonconformity),
    ("evidence", "Objective evidence", "客观证据", lambda f: f.nc.objective_evidence),
    ("clause", "Clause", "条款", lambda f: f.nc.clause),
    ("grade", "Major nonconformity", "严重不符合", lambda f: ""),
    ("cause", "Cause", "原因", lambda f: f.nc.cause),
    ("correction", "Correction", "纠正", lambda f: f.nc.correction),
    ("corrective action", "Corrective action", "纠正措施", lambda f: f.nc.actions[0].code),
    ("due date", "Due", "到期", lambda f: str(f.nc.due_on)),
    ("verification", "Verification", "验证", lambda f: f.nc.verification_note),
    ("effectiveness", "Effectiveness", "有效性", lambda f: f.nc.effectiveness_note),
    ("signatures", "Signatures", "签字", lambda f: f.nc.verified_by.name),
)  # fmt: skip
DISTRIBUTION = (
    ("clause by department", "Major + minor nonconformities by clause and department", "按条款和部门", lambda f: ""),
    ("clause", "Clause", "条款", lambda f: "8.6.1"),
    ("total", "Total", "合计", lambda f: ""),
)  # fmt: skip
REPORT = (
    ("objectives", "Objective", "审核目的", lambda f: f.audit.objective),
    ("scope: units", "Departments", "部门", lambda f: ""),
    ("scope: processes", "Processes", "过程", lambda f: ""),
    ("client", "Client of the audit", "审核委托方", lambda f: ""),
    ("team", "Function in the audit", "审核中的职能", lambda f: f.audit.lead.name),
    ("participants", "Auditees", "受审核方", lambda f: f.audit.auditees[0].name),
    ("dates", "Dates of the audit", "审核日期", lambda f: str(f.audit.starts_on)),
    ("places", "Places", "地点", lambda f: ""),
    ("criteria", "Criteria", "准则", lambda f: f.audit.criteria),
    ("findings with evidence", "Objective evidence", "客观证据", lambda f: f.audit.findings[0].objective_evidence),
    ("conclusion", "Conclusion", "审核结论", lambda f: f.audit.conclusion),
    ("degree of fulfilment", "Degree of fulfilment", "符合程度", lambda f: "%"),
    ("unresolved differences", "Unresolved differences", "未解决的分歧", lambda f: ""),
    ("an audit is a sample", "An audit is a sample", "审核是对可获得信息的抽样", lambda f: ""),
    ("summary by process", "Result by process", "各过程审核结果", lambda f: ""),
    ("distribution of NCs", "Distribution of nonconformities", "不符合项分布", lambda f: ""),
    ("improvement advice", "Recommendation", "建议", lambda f: ""),
    ("distribution list", "Distribution and sign-off", "分发和签署", lambda f: f.audit.programme.manager.name),
    ("approval", "Report issued by", "签发人", lambda f: f.audit.lead.name),
    ("obstacles", "Obstacles", "障碍", lambda f: ""),
    ("areas not covered", "Areas not covered", "未覆盖区域", lambda f: ""),
    ("good practice", "Good practice", "良好实践", lambda f: ""),
    ("agreed follow-up", "Agreed follow-up", "商定的后续活动", lambda f: ""),
    ("confidentiality", "Confidentiality", "保密", lambda f: ""),
    ("independence with waivers", "Independence", "独立性", lambda f: f.waiver.reason),
    ("meetings", "Opening and closing meeting", "首次会议和末次会议", lambda f: ""),
)  # fmt: skip
VERIFICATION = (
    ("evidence", "Evidence", "证据", lambda f: ""),
    ("verifier", "Verified by", "验证人", lambda f: f.nc.verified_by.name),
    ("date", "Reported done", "已报告完成", lambda f: f"{local(f.nc.verified_at):%Y-%m-%d}"),
    ("effectiveness", "Effectiveness", "有效性", lambda f: f.nc.effectiveness_note),
)  # fmt: skip
REVIEW_PLAN = (
    ("time", "Meeting", "会议", lambda f: str(f.review.meets_on)),
    ("participants", "Participants", "参", lambda f: f.review.participants[1].person.name),
    ("inputs and who prepares each", "Inputs and who prepares them", "评审输入及准备人", lambda f: ""),
    ("approval by top management", "Approved by top management", "最高管理者批准", lambda f: f.review.chair.name),
    ("notified beforehand", "Participants informed", "通知参会人员", lambda f: ""),
)  # fmt: skip
REVIEW_INPUTS = (
    ("a", "a) Status of actions from previous reviews", "a)", lambda f: ""),
    ("c3", "c3) Trend: audit results", "c3)", lambda f: ""),
    ("l", "l) Changes that can affect the SMS and the services", "l)", lambda f: ""),
)  # fmt: skip
MINUTES = (
    ("attendance", "Attendance", "出席", lambda f: f.review.participants[0].person.name),
    ("top management present", "present", "出席", lambda f: f.review.chair.job_title),
    ("minutes", "Minutes", "纪要", lambda f: f.review.minutes),
    ("suitability", "Suitability", "适宜性", lambda f: f.review.suitability),
    ("signatures", "Approved by", "批准", lambda f: f.review.approved_by.name),
)  # fmt: skip
REVIEW_REPORT = (
    ("conclusions", "Conclusion", "结论", lambda f: f.review.effectiveness),
    ("decisions", "Decisions, actions and sign-off", "决定、措施与签署", lambda f: f.review.decisions[0].text),
    ("approval by top management", "Approved by", "批准", lambda f: f.review.approved_by.name),
)  # fmt: skip
FOLLOW_UP = (
    ("status", "State", "状态", lambda f: "ACT-"),
    ("verification", "Verified by", "验证人", lambda f: ""),
)
TABLE = (
    (1, lambda f: f.audit.programme.code + f"-V{f.audit.programme.versions[-1].number}", PROGRAMME),
    (2, lambda f: f"{f.audit.code}-A", APPOINTMENT),
    (3, lambda f: f"{f.audit.code}-P", PLAN),
    (4, lambda f: f"{f.audit.code}-M", MEETINGS),
    (5, lambda f: f"{f.audit.code}-C", CHECKLIST),
    (6, lambda f: f.nc.code, NC),
    (7, lambda f: f"{f.audit.code}-D", DISTRIBUTION),
    (8, lambda f: f"{f.audit.code}-R", REPORT),
    (9, lambda f: f"{f.nc.audit.code}-V", VERIFICATION),
    (10, lambda f: f"{f.review.code}-P", REVIEW_PLAN),
    (11, lambda f: f"{f.review.code}-I", REVIEW_INPUTS),
    (12, lambda f: f"{f.review.code}-M", MINUTES),
    (13, lambda f: f"{f.review.code}.pdf", REVIEW_REPORT),
    (14, lambda f: f"{f.review.code}-F", FOLLOW_UP),
)
ROWS = [
    pytest.param(folder, code, *item[1:], id=f"{folder:02d} {item[0]}")
    for folder, code, items in TABLE
    for item in items
]


@pytest.mark.parametrize(("folder", "code", "english", "chinese", "value"), ROWS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_item_stands_in_its_document(file, language, folder, code, english, chinese, value):
    text = file.of(language, folder, code(file))
    heading = squeezed(english if language == "en" else chinese)
    assert heading in text, f"{heading} is not in {folder:02d} ({language})"
    assert squeezed(value(file)) in text, f"{value(file)} is not in {folder:02d} ({language})"


def test_every_value_that_is_looked_up_is_there_to_be_found(file):
    """A value that is empty in the demo would make its row a test that cannot fail."""
    meant = [(code, item) for _folder, code, items in TABLE for item in items]
    empty = [item[0] for _code, item in meant if item[3](file) == "" and item[3].__code__.co_names]
    assert empty == []


def test_the_chinese_file_names_no_document_in_english_and_the_english_none_in_chinese(file):
    assert len(file.texts["zh"]) == len(file.texts["en"])
    for path in file.texts["zh"]:
        assert path.startswith("00 ") or not LATIN.findall(path.partition("/")[0]), path
    for path in file.texts["en"]:
        assert not re.search("[\u4e00-\u9fff]", path), path


def test_the_english_file_holds_no_chinese_at_all(file):
    found = {path: re.findall("[\u4e00-\u9fff]+", text) for path, text in file.texts["en"].items()}
    assert {path: words for path, words in found.items() if words} == {}
