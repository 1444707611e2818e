"""Verbs of the library. Published versions are frozen: change means a new version."""

import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.checklists import importing, sync
from audit_app.checklists.copies import add_checklist as add_checklist
from audit_app.checklists.copies import remove_checklist as remove_checklist
from audit_app.checklists.models import Question, Template, TemplateVersion, VersionState, facts_of
from audit_app.checklists.shipping import load_shipped as load_shipped
from audit_app.checklists.workflow import VERSION
from audit_app.core.clock import now
from audit_app.core.db import db, serialize_writes
from audit_app.core.errors import Refused
from audit_app.trail import services as trail


def add_template(
    *, title_en: str = "", title_zh: str = "", standard: str = "", by: Person | None, **facts: Any
) -> TemplateVersion:
    """A new, empty template with a draft as version 1. ``facts`` are further columns of the version."""
    if not (title_en.strip() or title_zh.strip()):
        raise Refused(_l("Give the checklist a title, in English or in Chinese."), "title_en")
    template = Template(key=_key(title_en or title_zh), standard=standard.strip())
    version = _draft(template, 1, by, title_en=title_en.strip(), title_zh=title_zh.strip(), **facts)
    with trail.act("template.add", version, by=by):
        db.session.add(template)
    return version


def copy_template(version: TemplateVersion, *, by: Person) -> TemplateVersion:
    """One's own template from any version, as a draft; where the words come from stays written on it."""
    template = Template(
        key=_key(version.title_en or version.title_zh),
        standard=version.template.standard,
        copied_from_id=version.template_id,
    )
    draft = _draft(
        template,
        1,
        by,
        title_en=_copy_of(version.title_en, "Copy of {}"),
        title_zh=_copy_of(version.title_zh, "{}(副本)"),
        **_origin(version),
    )
    with trail.act("template.copy", draft, by=by, copied=version.name):
        db.session.add(template)
        _take_over(version, draft)
    return draft


def new_version(template: Template, *, by: Person) -> TemplateVersion:
    """The next version of a template: a draft that starts as a copy of the newest published one.

    Raises :class:`Refused` while another draft is being written, and for templates that ship (copy those).
    """
    serialize_writes()
    db.session.refresh(template)
    if template.shipped:
        raise Refused(_l("This checklist ships with the product. Make a copy and change the copy."))
    if any(version.state is VersionState.DRAFT for version in template.versions):
        raise Refused(_l("There is a draft of this checklist already. Edit that one, or publish it first."))
    last = template.versions[0]
    titles = {"title_en": last.title_en, "title_zh": last.title_zh}
    with db.session.no_autoflush:  # a half-made row must not be flushed by the queries of the trail
        draft = _draft(template, last.number + 1, by, **titles, **_origin(last))
        with trail.act("template.new_version", draft, by=by):
            db.session.add(draft)
            _take_over(last, draft)
    return draft


def edit_version(version: TemplateVersion, *, by: Person, **facts: str) -> TemplateVersion:
    """Change title, attribution, licence of a draft. Raises :class:`Refused` once it is published."""
    refuse_unless_draft(version)
    if not (facts.get("title_en", version.title_en) or facts.get("title_zh", version.title_zh)):
        raise Refused(_l("Give the checklist a title, in English or in Chinese."), "title_en")
    with trail.act("template.edit", version, by=by):
        for name, value in facts.items():
            setattr(version, name, value or "")
    return version


def publish(version: TemplateVersion, *, by: Person) -> TemplateVersion:
    """Freeze a draft for use in audits; the version in use until now is replaced."""
    lock(version)
    with trail.act("template.publish", version, by=by):
        VERSION.fire("publish", version, by=by)
        version.published_at, version.published_by_id = now(), by.id
    for older in version.template.versions:
        if older.id != version.id and older.state is VersionState.PUBLISHED:
            retire(older, by=by)
    return version


def retire(version: TemplateVersion, *, by: Person) -> TemplateVersion:
    """Take a published version out of use; audits that hold a copy keep it."""
    with trail.act("template.retire", version, by=by):
        VERSION.fire("retire", version, by=by)
    return version


def discard(version: TemplateVersion, *, by: Person) -> None:
    """Throw a draft away, and its template when nothing else is in it."""
    refuse_unless_draft(version)
    trail.note("template.discard", version, by=by, questions=len(version.questions))
    template = version.template
    db.session.delete(version)
    db.session.flush()
    db.session.refresh(template)
    if not template.versions:
        db.session.delete(template)
        db.session.flush()


def lock(version: TemplateVersion) -> None:
    """Queue behind other writers and read the state anew, so that nobody edits what was just published."""
    serialize_writes()
    db.session.flush()
    db.session.refresh(version, ["state", "version"])


def refuse_unless_draft(version: TemplateVersion) -> None:
    """Published versions never change: raises :class:`Refused`. A draft then stays one to the commit."""
    lock(version)
    refuse_unless_draft_now(version)


def refuse_unless_draft_now(version: TemplateVersion) -> None:
    """The same for a page that only shows."""
    if version.state is not VersionState.DRAFT:
        raise Refused(_l("This version is published and frozen. Make a new version and change that."))


# --- from a sheet -------------------------------------------------------------------------------------------
def import_template(
    rows: Iterable[Mapping[str, Any]], *, title: str, source: str = "", by: Person | None
) -> TemplateVersion:
    """A draft from the rows of an import preview (see :mod:`audit_app.checklists.importing`)."""
    questions = importing.questions(rows)
    if not questions:
        raise Refused(_l("No row holds a question, so there is nothing to import. Check the columns."))
    chinese = importing.is_chinese(title)
    version = add_template(
        title_en="" if chinese else title[:200],
        title_zh=title[:200] if chinese else "",
        source=source[:300],
        by=by,
    )
    version.questions = questions
    db.session.flush()
    trail.note("template.import", version, by=by, file=source, questions=len(questions))
    return version


def import_file(
    path: Path,
    *,
    sheet: str | None = None,
    mapping: Mapping[str, str] | None = None,
    title: str | None = None,
    by: Person | None,
) -> TemplateVersion:
    """Read a checklist from XLSX or CSV as a draft; columns are named by letter or heading, or guessed.

    Raises :class:`Refused` when rows have problems, naming them: a command cannot ask back.
    """
    found = importing.preview(path.read_bytes(), path.name, sheet=sheet, mapping=mapping)
    if found.refusal:
        raise Refused(found.refusal)
    if found.problems:
        raise Refused("\n".join(str(each) for each in found.problems[:20]))
    return import_template(found.rows, title=title or importing.title_of(path.name), source=path.name, by=by)


def verify() -> list[str]:
    """Check the chain of answers. Returns one line per problem; an empty list when it is whole."""
    return sync.verify()


# --- small parts --------------------------------------------------------------------------------------------
def _draft(template: Template, number: int, by: Person | None, **facts: Any) -> TemplateVersion:
    return TemplateVersion(
        template=template,
        number=number,
        state=VersionState.DRAFT,
        created_at=now(),
        created_by_id=by.id if by else None,
        **facts,
    )


def _take_over(old: TemplateVersion, new: TemplateVersion) -> None:
    new.questions = [Question(**facts_of(each)) for each in old.questions]


def _origin(version: TemplateVersion) -> dict[str, str]:
    names = ("attribution_en", "attribution_zh", "licence", "source")
    return {name: getattr(version, name) for name in names}


def _copy_of(title: str, pattern: str) -> str:
    return pattern.format(title)[:200] if title else ""


def _key(title: str) -> str:
    """A stable name for a template: what a person can read of its title, and chance so that it is unique."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "checklist"
    return f"{words}-{secrets.token_hex(4)}"
