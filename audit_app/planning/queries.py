"""Reading proposals, notes on processes, and who could lead. Only who sees the programme reads them."""

from sqlalchemy import false, func, select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts.models import Department, Person, Process
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.planning.models import LineChange, ProcessNote, Proposal, ProposalLine, ProposalState
from audit_app.programme.models import Audit, Programme


def get(proposal_id: int, *, to: Person) -> Proposal:
    """A proposal with its lines, their processes and changes. Raises :class:`NotVisible`."""
    lines = selectinload(Proposal.lines)
    query = select(Proposal).where(Proposal.id == proposal_id).options(
        joinedload(Proposal.made_by).lazyload(Person.roles),
        lines.joinedload(ProposalLine.process).joinedload(Process.department).joinedload(Department.site),
        lines.joinedload(ProposalLine.process).joinedload(Process.owner),
        lines.selectinload(ProposalLine.changes).joinedload(LineChange.by),
        selectinload(Proposal.audits).joinedload(Audit.lead),
    )  # fmt: skip
    found = db.session.scalars(query).first() if to.may(Permission.PROGRAMME_SEE) else None
    if found is None:
        raise NotVisible
    return found


def get_line(line_id: int, *, to: Person) -> ProposalLine:
    """One line. Raises :class:`NotVisible`."""
    found = db.session.get(ProposalLine, line_id) if to.may(Permission.PROGRAMME_SEE) else None
    if found is None:
        raise NotVisible
    return found


def proposals(to: Person) -> list[Proposal]:
    """Every proposal, the newest first."""
    query = select(Proposal) if to.may(Permission.PROGRAMME_SEE) else select(Proposal).where(false())
    query = query.options(joinedload(Proposal.made_by).lazyload(Person.roles)).order_by(Proposal.id.desc())
    return list(db.session.scalars(query))


def open_proposals() -> list[Proposal]:
    """Proposals still being adjusted."""
    return list(db.session.scalars(select(Proposal).where(Proposal.state == ProposalState.OPEN)))


def reasons_for(year: int) -> dict[str, ProposalLine]:
    """The lines of the newest proposal that was turned into the audits of a year, by code of the process."""
    query = select(Proposal).where(
        Proposal.state == ProposalState.PLANNED,
        Proposal.first_year <= year,
        Proposal.first_year + Proposal.years > year,
    )
    loaded = selectinload(Proposal.lines)
    query = query.options(loaded.joinedload(ProposalLine.process), loaded.selectinload(ProposalLine.changes))
    found = db.session.scalars(query.order_by(Proposal.id.desc()).limit(1)).first()
    return {line.code: line for line in found.lines} if found else {}


def any_process() -> bool:
    """Whether there is anything to plan."""
    return bool(db.session.scalar(select(func.count()).select_from(Process).where(Process.active)))


def newest_programme(before: int) -> Programme | None:
    """The newest programme up to a year: later ones are worded like it."""
    query = select(Programme).where(Programme.year <= before).order_by(Programme.year.desc()).limit(1)
    return db.session.scalars(query).first()


def notes(to: Person) -> list[ProcessNote]:
    """What is told of the processes, those that hold first, the newest first."""
    query = select(ProcessNote) if to.may(Permission.PROGRAMME_SEE) else select(ProcessNote).where(false())
    query = query.options(joinedload(ProcessNote.process), joinedload(ProcessNote.by).lazyload(Person.roles))
    held = ProcessNote.ended_on.is_not(None)
    return list(db.session.scalars(query.order_by(held, ProcessNote.since.desc(), ProcessNote.id.desc())))


def get_note(note_id: int, *, to: Person) -> ProcessNote:
    """One of them. Raises :class:`NotVisible`."""
    found = db.session.get(ProcessNote, note_id) if to.may(Permission.PROGRAMME_SEE) else None
    if found is None:
        raise NotVisible
    return found
