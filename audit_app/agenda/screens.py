"""The agenda as its page shows it: day by day, each slot with what this person may do about it."""

from dataclasses import dataclass
from datetime import date

from audit_app.accounts.models import Person
from audit_app.agenda.models import AuditPlan, Part, PlanState, Reply, Seat, Slot, SlotKind
from audit_app.agenda.services import neighbour
from audit_app.core.clock import local
from audit_app.programme.models import AuditState


@dataclass(frozen=True)
class Row:
    """A slot; ``mine`` is the reader's own place as auditee while an answer may still change."""

    slot: Slot
    mine: Seat | None
    earlier: bool
    later: bool

    @property
    def asking(self) -> list[Seat]:
        """Seats of auditees who asked for another time."""
        return [seat for seat in self.slot.seats if seat.reply is Reply.OTHER_TIME]

    @property
    def confirmed(self) -> int:
        """How many auditees have confirmed."""
        return sum(seat.reply is Reply.CONFIRMED for seat in self.slot.seats)


@dataclass(frozen=True)
class Day:
    """A day of the agenda."""

    day: date
    rows: tuple[Row, ...]


def days(plan: AuditPlan, reader: Person, may_edit: bool) -> list[Day]:
    """The agenda by days, for a reader."""
    answers = plan.state is PlanState.APPROVED and plan.audit.state in (
        AuditState.PLANNED,
        AuditState.NOTIFIED,
    )
    found: dict[date, list[Row]] = {}
    for slot in plan.slots:
        mine = next((s for s in slot.seats if s.person_id == reader.id and s.part is Part.AUDITEE), None)
        row = Row(
            slot,
            mine if answers and slot.kind is not SlotKind.BREAK else None,
            may_edit and neighbour(slot, True) is not None,
            may_edit and neighbour(slot, False) is not None,
        )
        found.setdefault(local(slot.starts_at).date(), []).append(row)
    return [Day(day, tuple(rows)) for day, rows in found.items()]
