"""What the sweeps need of clause texts: one source in use, one withdrawn, and an upload between two steps."""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

from audit_app.core.db import db
from audit_app.standards import services
from audit_app.standards.models import ClauseText, TextLanguage
from audit_app.standards.services import Licence
from audit_app.web import holding
from tests.people import People

SECRET = "受许可保护的条文甲乙丙丁"
"""Stands in every text imported here and nowhere else: what leaks can be found."""
ROWS = [
    {"clause": "8.6.1", "title": "事件", "text": f"{SECRET}，8.6.1"},
    {"clause": "8.6.2", "title": "请求", "text": f"{SECRET}，8.6.2"},
]
SHEET = "条款,标题,条文\n8.6.1,事件,这是上传的条文\n"
LICENCE = Licence(
    "ISO/IEC 20000-1",
    "2018",
    TextLanguage.ZH,
    "质量管理部",
    "编号 L-1，仅供内部审核员使用",
    True,
    title="服务管理",
)


def build(p: People, folder: Path) -> dict[str, Any]:
    """Made by the services, as people would."""
    facts = {"file_name": "标准.xlsx", "by": p.manager}
    kept = services.import_texts(ROWS, LICENCE, sha256=hashlib.sha256(b"1").hexdigest(), **facts)
    gone = services.import_texts(ROWS, LICENCE, sha256=hashlib.sha256(b"2").hexdigest(), **facts)
    services.withdraw(gone, "许可已终止", by=p.manager)
    typed = {
        "standard": "ISO 9001", "edition": "2015", "title": "", "language": "zh", "holder": "质量管理部", "note": "编号 L-2",
        "valid_until": "", "allowed": True,
    }  # fmt: skip
    held = holding.keep(folder / "uploads", p.manager.id, "texts.csv", BytesIO(SHEET.encode()), licence=typed)
    return {"kept": kept, "gone": gone, "token": held.token}


def grow(made: dict[str, Any], p: People, count: int) -> None:
    """More sources, and more texts in the first one."""
    for number in range(count):
        sha256 = hashlib.sha256(f"more {number}".encode()).hexdigest()
        services.import_texts(ROWS, LICENCE, file_name="标准.xlsx", sha256=sha256, by=p.manager)
        text = ClauseText(source_id=made["kept"].id, position=10 + number, clause=f"9.{number}", text=SECRET)
        db.session.add(text)


def addresses(made: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What fills the parameters of the addresses of clause texts."""
    sources = [{"id": made["kept"].id}, {"id": made["gone"].id}]
    return {
        "standards.show": sources,
        "standards.withdraw": sources[:1],
        "standards.import_preview": [{"token": made["token"]}],
        "standards.import_save": [{"token": made["token"]}],
    }
