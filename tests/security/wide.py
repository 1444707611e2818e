"""The world made wider and marked: another site, people who hold nothing, and in every row a word of its own."""

import io
import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import String, text

from audit_app.accounts.models import Department, Person, Site
from audit_app.accounts.permissions import Role
from audit_app.core.clock import today
from audit_app.core.db import Base, db
from audit_app.evidence import services as evidence
from audit_app.findings import action_services, answers, services
from audit_app.findings.models import Grade
from tests.findings import factory as findings
from tests.house.world import World, plan_audit
from tests.people import add_person, add_process
from tests.security.rows import Sight

MARKED = {
    "finding": ("finding", "id"), "action": ("action", "id"), "audit": ("audit", "id"), "review": ("review", "id"),
    "checklist_item": ("item", "id"), "finding_cause": ("finding", "finding_id"), "waiver": ("waiver", "id"),
    "finding_check": ("finding", "finding_id"), "answer_revision": ("item", "item_id"),
    "attachment": ("attachment", "id"), "competence": ("competence", "id"), "review_input": ("input", "id"),
    "decision": ("decision", "id"), "review_agenda_item": ("topic", "id"), "extension": ("extension", "id"),
    "review_supplement": ("supplement", "id"), "absence": ("absence", "id"), "audit_report": ("report", "audit_id"),
}  # fmt: skip
"""Table → the kind of row whose rights it has, and the column that holds that row's key."""
NO_FREE_TEXT = {
    "code", "clause", "criteria", "sha256", "key", "standard", "media_type", "subject_id", "kind", "language", "id",
    "template_key", "value", "device_id", "author_name", "standards", "answer_kind", "unit", "input_key", "skill",
    "item_key", "audit_code", "by_name", "tz", "filename",
}  # fmt: skip
MARK = re.compile(r"zq([a-z]+)n([0-9a-f]+)qz")
CODE = re.compile(r"[A-Z]{1,4}-[0-9]{4}-[0-9]+(?![0-9-])")


@dataclass
class Wide:
    """The world, everybody in it who is asked for, and what each of them sees."""

    world: World
    people: dict[str, Person]
    sight: Sight
    look: "Look"


def widen(world: World) -> Wide:
    """Add the other site and mark everything; committed."""
    p = world.people
    far_site = Site(code="FAR", name_en="Far office", name_zh="分部")
    db.session.add(far_site)
    far = Department(code="FARD", name_en="Far department", name_zh="分部运维", site=far_site)
    db.session.add(far)
    db.session.flush()
    fay = add_person("Fay Far", "far@example.org", Role.PROCESS_OWNER, far)
    far.head = fay
    process = add_process("FARP", "Far process", "分部过程", ["8.7.1"], fay, far)
    nobody = add_person("Ned None", "none@example.org", Role.READ_ONLY)
    nobody.roles = []
    db.session.flush()
    audit = plan_audit(p, world.audit.programme, "分部审核", process, far, fay)
    made = findings.finding(p, Grade.MAJOR, title="分部不符合", process=process, department=far, owner=fay, audit=audit,
                            clause="8.7.1", by=p.lead)  # fmt: skip
    services.issue(made, by=p.manager)
    answers.accept(made, correction="已纠正", by=fay)
    action_services.add_action(
        title="分部措施",
        owner=fay,
        due_on=today() + timedelta(days=9),
        kind="corrective",
        finding=made,
        by=fay,
    )
    evidence.attach(made, findings.Upload("far.txt", b"Far record.\n"), caption="分部", by=p.lead)
    mark()
    db.session.commit()
    people = {
        **world.everybody, "auditor of another department": p.auditor2, "owner of another department": p.owner2,
        "owner of another site": fay, "nobody": nobody,
    }  # fmt: skip
    sight = Sight.of(list(people.values()))
    return Wide(world, people, sight, Look.at(sight))


def mark() -> None:
    """Write into each free text of each row of which some people know nothing: which row it is.

    Append-only tables, too: their triggers are taken away for the moment and put back.
    """
    for name, (kind, column) in MARKED.items():
        table = Base.metadata.tables[name]
        kept = db.session.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t"), {"t": name}
        ).all()
        for trigger, _sql in kept:
            db.session.execute(text(f'DROP TRIGGER "{trigger}"'))
        for each in table.columns:
            free = type(each.type) is String or str(each.type) == "TEXT"
            if (
                free
                and each.name not in NO_FREE_TEXT
                and not each.foreign_keys
                and (each.type.length or 999) >= 100
            ):
                key = f"replace({column}, '-', '')"
                db.session.execute(
                    text(
                        f"UPDATE {name} SET \"{each.name}\" = \"{each.name}\" || ' zq{kind}n' || {key} || 'qz' "
                        f'WHERE length("{each.name}") > 0 AND {column} IS NOT NULL'
                    )
                )
        for _trigger, sql in kept:
            db.session.execute(text(sql))
    db.session.expire_all()


def pieces(body: bytes, inside: str = "") -> Iterator[tuple[str, str]]:
    """Everything that can be read in a reply, with the name of the file inside of which it lies: workbooks, archives
    and papers are opened."""
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                yield from pieces(archive.read(name), inside or name)
    elif body[:5] == b"%PDF-":
        done = subprocess.run(["/usr/bin/pdftotext", "-", "-"], input=body, capture_output=True, check=True)
        words = done.stdout.decode("utf-8", "replace")
        yield inside, words + " " + "".join(words.split())
    else:
        yield inside, body.decode("utf-8", "replace").replace("\r\n ", "")


OF_A_MEETING = ("11 ", "13 ")
"""Folders of a dossier that hold the packs of management reviews."""
TOLD_IN_A_PACK = {"audit", "finding", "action"}
"""Who takes part in a management review reads its pack, and the standard wants audits and findings in it (9.3 c)."""
TOLD_AS_SOURCE = {"finding"}
"""The register of improvements is open to everybody who sees it, with the number of what was promoted into it."""


@dataclass
class Look:
    """Finds in a reply what its reader may not know."""

    sight: Sight
    codes: dict[str, tuple[str, str]]

    @classmethod
    def at(cls, sight: Sight) -> "Look":
        """Remember the codes of all rows that have one."""
        codes = {}
        for name in ("finding", "action", "audit", "review"):
            for key, code in db.session.execute(text(f"SELECT id, code FROM {name}")):
                codes[code] = (name, str(key))
        return cls(sight, codes)

    def told(self, reply: Any, endpoint: str = "") -> set[tuple[str, str]]:
        """Kind and key of every row of which a reply tells something; what a pack may tell is left out."""
        found: set[tuple[str, str]] = set()
        for inside, words in pieces(reply.get_data()):
            here = set(MARK.findall(words))
            if not inside[:1].isdigit():  # the index of a dossier accounts for every number of the year
                here |= {self.codes[code] for code in CODE.findall(words) if code in self.codes}
            pack = endpoint.startswith("reviews.") or inside.startswith(OF_A_MEETING)
            told = (
                TOLD_IN_A_PACK if pack else TOLD_AS_SOURCE if endpoint.startswith("improvements.") else set()
            )
            found |= {each for each in here if each[0] not in told}
        return found

    def hidden(self, reply: Any, person: Person, endpoint: str = "") -> set[tuple[str, str]]:
        """The rows that a reply tells of although the person may not see them."""
        seen = self.sight.text[person.id]
        return {each for each in self.told(reply, endpoint) if each not in seen}
