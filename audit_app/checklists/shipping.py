"""The templates that ship, put into the library; a newer one becomes the next version of its template."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from audit_app.accounts.models import Person
from audit_app.checklists import fields, library
from audit_app.checklists.models import (
    Need,
    Question,
    ResponseKind,
    Template,
    TemplateVersion,
    VersionState,
)
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.trail import services as trail


def load_shipped(by: Person | None = None) -> list[TemplateVersion]:
    """Put the shipped templates into the library, published.

    One that is there already stays as it is, unless its file has a higher version: that is published beside
    it and the older one is replaced; audits keep their copies. Returns the versions that were added.
    """
    query = select(Template).where(Template.shipped).options(selectinload(Template.versions))
    known = {each.key: each for each in db.session.scalars(query)}
    return [
        _ship(source, known.get(source.key), by)
        for source in library.shipped()
        if source.key not in known or source.number > _newest(known[source.key].versions).number
    ]


def _ship(source: library.TemplateSource, template: Template | None, by: Person | None) -> TemplateVersion:
    template = template or Template(
        key=source.key, standard=f"{source.standard}:{source.edition}", shipped=True, versions=[]
    )
    older = list(template.versions)
    version = TemplateVersion(
        number=source.number,
        title_en=source.title_en,
        title_zh=source.title_zh,
        attribution_en=source.attribution_en,
        attribution_zh=source.attribution_zh,
        licence=source.licence,
        source=f"{source.standard} {source.edition}"[:300],
        state=VersionState.PUBLISHED,
        created_at=now(),
        created_by_id=by.id if by else None,
        published_at=now(),
        published_by_id=by.id if by else None,
    )
    lineages = _lineages(older)
    version.questions = [
        _from_library(item, place, source, lineages) for place, item in enumerate(source.items, start=1)
    ]
    with db.session.no_autoflush:
        version.template = template
        db.session.add(template)
    db.session.flush()
    trail.note("template.load", version, by=by, questions=len(source.assessable))
    for each in older:
        if each.state is VersionState.PUBLISHED:
            with trail.act("template.retire", each, by=by):
                each.state = VersionState.RETIRED
    return version


def _lineages(older: list[TemplateVersion]) -> dict[str, str]:
    """clause → lineage of the newest version that is there: a question stays itself through versions."""
    return {each.clause: each.lineage for each in _newest(older).questions} if older else {}


def _newest(versions: list[TemplateVersion]) -> TemplateVersion:
    return max(versions, key=lambda each: each.number)


def _from_library(
    item: library.Item, place: int, source: library.TemplateSource, lineages: dict[str, str]
) -> Question:
    kept: dict[str, Any] = {"lineage": lineages[item.number]} if item.number in lineages else {}
    kind = ResponseKind(item.response_kind or source.response_kind) if item.assessable else ResponseKind.GRADE
    given = item.settings if item.settings is not None else source.settings if not item.response_kind else {}
    return Question(
        position=place,
        clause=item.number,
        section=item.parent or "",
        assessable=item.assessable,
        title_en=item.title_en,
        title_zh=item.title_zh,
        prompt_en=item.prompt_en or "",
        prompt_zh=item.prompt_zh or "",
        evidence_en=item.evidence_en or "",
        evidence_zh=item.evidence_zh or "",
        documented_information=item.documented_information,
        process_code=item.processes[0] if item.processes else "",
        kind=kind,
        settings=fields.KINDS[kind].set_up(given) if item.assessable else {},
        needs=Need(item.needs),
        weight=item.weight,
        **kept,
    )
