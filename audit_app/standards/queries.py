"""Reading clause texts. The record of a source is for everybody who sees checklists; its text is not."""

from collections.abc import Iterable

from sqlalchemy import Select, and_, false, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.standards.models import ClauseText, ClauseTextSource
from audit_app.standards.naming import bare_clause, cited

Pair = tuple[str, str]
"""A standard as a template stores it, and a clause as an item has it."""


def sources_visible_to(person: Person) -> Select[ClauseTextSource]:
    """The records of imports, without their texts; newest first."""
    query = select(ClauseTextSource).options(joinedload(ClauseTextSource.imported_by))
    allowed = person.may(Permission.TEMPLATE_SEE)
    query = query if allowed else query.where(false())
    return query.order_by(ClauseTextSource.id.desc())


def get_source(source_id: int, *, to: Person) -> ClauseTextSource:
    """One source. Raises :class:`NotVisible`."""
    query = sources_visible_to(to).options(joinedload(ClauseTextSource.withdrawn_by))
    found = db.session.scalar(query.where(ClauseTextSource.id == source_id))
    if found is None:
        raise NotVisible
    return found


def visible_to(person: Person) -> Select[ClauseText]:
    """The texts that a person may read: of sources neither withdrawn nor past their licence."""
    source = ClauseTextSource
    within_licence = or_(source.valid_until.is_(None), source.valid_until >= today())
    query = select(ClauseText).join(ClauseText.source).options(contains_eager(ClauseText.source))
    if not person.may(Permission.CLAUSE_TEXT_SEE):
        return query.where(false())
    return query.where(source.withdrawn_at.is_(None), within_licence)


def texts_of(source: ClauseTextSource, *, to: Person) -> Select[ClauseText]:
    """The texts of one source in the order of its file; none for who may not read them."""
    return visible_to(to).where(ClauseText.source_id == source.id).order_by(ClauseText.position)


def texts_for(pairs: Iterable[Pair], *, to: Person) -> dict[Pair, ClauseText]:
    """The text of each clause that the organisation holds, in one query; without those it does not hold.

    A pair is a standard and a clause as a checklist has them. The reader's language comes first, then the
    newest import. A text belongs to the edition asked for; when none is named, the newest edition counts.
    Nothing is asked or given for a person who may not read clause texts.
    """
    wanted = {pair: (cited(pair[0]), bare_clause(pair[1])) for pair in pairs if pair[0] and pair[1]}
    if not wanted or not to.may(Permission.CLAUSE_TEXT_SEE):
        return {}
    named = and_(
        ClauseTextSource.standard_name.in_({standard.name for standard, _clause in wanted.values()}),
        ClauseText.clause.in_({clause for _standard, clause in wanted.values()}),
    )
    by_clause: dict[Pair, list[ClauseText]] = {}
    for row in db.session.scalars(visible_to(to).where(named)):
        by_clause.setdefault((row.source.standard_name, row.clause), []).append(row)
    found = {}
    for pair, (standard, clause) in wanted.items():
        rows = by_clause.get((standard.name, clause), [])
        fitting = [row for row in rows if standard.is_of(row.source.cited)]
        if fitting:
            found[pair] = max(fitting, key=lambda row: _rank(row, to.language))
    return found


def _rank(row: ClauseText, language: str) -> tuple[str, bool, int]:
    """The newest edition before all, then the reader's language, then the newest import."""
    return row.source.edition, row.source.language.value == language, row.source.id
