"""The Chinese file of the Chinese demo is Chinese from the first page to the last, and holds its values."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from babel.messages.pofile import read_po
from pypdf import PdfReader
from sqlalchemy import select

import audit_app
from audit_app.accounts.models import Person
from audit_app.checklists.models import AnswerRevision, RecordKind
from audit_app.core import clock
from audit_app.core.db import db
from audit_app.dossiers import making
from audit_app.evidence import intake
from audit_app.programme.models import Audit, AuditState
from audit_app.programme.record_models import ProgrammeVersion
from audit_app.reports.models import FrozenReport
from tests.demo.test_demo import built

CATALOGUES = Path(audit_app.__file__).parent / "translations" / "zh_Hans_CN" / "LC_MESSAGES"
LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]*(?: [A-Za-z'’-]+)*")
NAMES = {
    "Asia/Shanghai": "name of a time zone",
    "ISO/IEC": "name of the standards",
    "SHA-256": "name of the hash",
}
"""What stays Latin in a Chinese paper, with the reason; codes in capitals, file names and hashes besides."""
FILE = re.compile(r"[\w.-]+\.(?:pdf|xlsx|csv|txt|jpg|png)")
CODE = re.compile(r"[A-Z][A-Z0-9]+(?:-[A-Z0-9]+)*")
HASH = re.compile(r"[0-9a-f]{8,64}")


def squeezed(text: str) -> str:
    """Without white space: a cell breaks lines where it likes."""
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The text of every PDF of the year, by path."""
    app, _took, _said = built(tmp_path_factory.mktemp("chinese"), "zh")
    with app.app_context(), app.test_request_context():
        intake.use_folder(app.config["SETTINGS"].evidence_dir)
        clock.use_zone("Asia/Shanghai")
        reader = db.session.scalars(select(Person).where(Person.email.startswith("meng.ke"))).one()
        year = max(each.programme.year for each in db.session.scalars(select(Audit).join(FrozenReport)))
        out = BytesIO()
        making.of_year(year, "zh", out, lambda *_said: None, to=reader)
        archive = ZipFile(out)
        yield {
            path: "\n".join(page.extract_text() for page in PdfReader(BytesIO(archive.read(path))).pages)
            for path in archive.namelist()
            if path.endswith(".pdf")
        }
        db.session.remove()
        db.engine.dispose()


def labels() -> set[str]:
    """Every sentence and word of the catalogues that reads otherwise in Chinese, without its placeholders."""
    found = set()
    for path in CATALOGUES.glob("*.po"):
        for each in read_po(BytesIO(path.read_bytes())):
            english = each.id if isinstance(each.id, str) else (each.id or ("",))[0]
            chinese = each.string if isinstance(each.string, str) else each.string[0]
            if english and chinese and english != chinese:
                found |= {part.strip(" .,:;·–()") for part in re.split(r"%\(\w+\)[sd]|%%", english)}
    return {each for each in found if len(each) > 2 and re.search("[a-z]", each)}


def test_no_english_label_stands_in_a_chinese_paper(papers: dict[str, str]) -> None:
    known, found = labels(), {}
    for path, text in papers.items():
        rest = FILE.sub(" ", re.sub(r"(?<=[-.])\n(?=[\w])", "", text))
        for name in NAMES:
            rest = rest.replace(name, " ")
        rest = CODE.sub(" ", HASH.sub(" ", rest))
        words = {each for each in LATIN.findall(rest) if each in known}
        if words:
            found[path] = words
    assert found == {}


def test_no_english_words_at_all_stand_in_a_chinese_paper(papers: dict[str, str]) -> None:
    """Stricter than the catalogues: a raw key or a forgotten sentence is in none of them."""
    found: dict[str, set[str]] = {}
    for path, text in papers.items():
        rest = FILE.sub(" ", re.sub(r"(?<=[-./\w])\n(?=[\w.])", "", text))
        for name in NAMES:
            rest = rest.replace(name, " ")
        words = {each for each in re.findall(r"[a-z]{4,}", HASH.sub(" ", rest)) if not HASH.fullmatch(each)}
        words -= {each for each in words if re.fullmatch("[a-f]+", each)}  # a piece of a hash
        if words:
            found[path] = words
    assert found == {}


HALF = re.compile(
    r"[\u4e00-\u9fff）」”][,:;?!](?!\d)|[0-9A-Za-z][,:;] ?[\u4e00-\u9fff]|[\u4e00-\u9fff0-9] [，。；：、]"
)
"""Half-width punctuation beside a Chinese word, or a gap before a full-width mark."""


def test_punctuation_is_that_of_the_language(papers: dict[str, str]) -> None:
    found = {}
    for path, text in papers.items():
        hits = {text[max(0, each.start() - 12) : each.end() + 8] for each in HALF.finditer(text)}
        if hits:
            found[path] = hits
    assert found == {}


def of(papers: dict[str, str], folder: int, code: str) -> str:
    """The squeezed text of one document."""
    texts = [
        text for path, text in papers.items() if path.startswith(f"{folder:02d} ") and f"/{code}." in path
    ]
    assert len(texts) == 1, (folder, code)
    return squeezed(texts[0])


def test_every_audit_of_a_programme_stands_with_its_reason(papers: dict[str, str]) -> None:
    checked = 0
    for version in db.session.scalars(select(ProgrammeVersion)):
        texts = [
            text for path, text in papers.items() if f"-{version.programme.year}-V{version.number}." in path
        ]
        for audit in version.audits:
            if texts and audit.rationale and audit.state is not AuditState.CANCELLED:
                checked += 1
                assert squeezed(audit.rationale) in squeezed(texts[0]), (version.number, audit.code)
    assert checked > 8


def reported() -> Audit:
    """The last audit whose report was issued."""
    query = select(Audit).join(FrozenReport).order_by(Audit.starts_on.desc())
    return db.session.scalars(query).first() or pytest.fail("nothing is reported")


def test_the_plan_holds_every_slot_with_its_people_and_place(papers: dict[str, str]) -> None:
    audit = reported()
    text = of(papers, 3, f"{audit.code}-P")
    slots = audit.plan.slots
    assert len(slots) > 10
    for slot in slots:
        start, end = clock.local(slot.starts_at), clock.local(slot.ends_at)
        assert f"{start:%H:%M}–{end:%H:%M}" in text
        assert all(person.name in text for person in [*slot.auditors, *slot.auditees])
    assert f"{audit.starts_on.isoformat()}星期" in text


def test_everybody_who_was_at_a_meeting_is_named_with_the_time_of_the_signature(
    papers: dict[str, str],
) -> None:
    audit = reported()
    text = of(papers, 4, f"{audit.code}-M")
    rows = signatures(audit)
    assert {row.payload["name"] for row in rows} == {each.name for each in [*audit.auditors, *audit.auditees]}
    for row in rows:
        at = f"{clock.local(row.client_time):%Y-%m-%d %H:%M}"
        assert squeezed(at) in text
        assert row.payload["name"] in text


def signatures(audit: Audit) -> list[Any]:
    """What was signed at the meetings of an audit."""
    query = select(AnswerRevision).where(
        AnswerRevision.audit_id == audit.id, AnswerRevision.kind == RecordKind.SIGNATURE
    )
    return list(db.session.scalars(query))


def test_every_sample_stands_with_its_figures_in_the_report(papers: dict[str, str]) -> None:
    audit = reported()
    text = of(papers, 8, f"{audit.code}-R")
    query = select(AnswerRevision).where(AnswerRevision.audit_id == audit.id)
    samples = [row for row in db.session.scalars(query) if row.sample]
    assert len(samples) > 5
    for row in samples:
        facts = row.sample
        assert re.search(rf"{facts['population']:,}{facts['size']}(随机抽样|全部记录|判断抽样)", text), facts
