"""What planning adds to the world: a note, a proposal of next year with a change of its own, and gaps."""

from typing import Any

from audit_app.core.clock import today
from audit_app.planning import services
from audit_app.planning.models import NoteKind
from tests.people import People


def build(p: People, programme: Any) -> dict[str, Any]:
    """A note that holds, an adjusted proposal still open; the versions come from the approval itself."""
    turned_into_one_audit(p)
    note = services.add_note(p.inc, NoteKind.CHANGE, "换了工单系统", today(), by=p.manager)
    proposal = services.propose(today().year + 1, 1, by=p.manager)
    line = next(each for each in proposal.lines if each.code == "INC")
    month = (today().year + 1) * 12 + 5
    services.adjust(line, [month], 1.5, "新系统六月上线", by=p.manager)
    return {"note": note, "proposal": proposal, "line": line, "programme": programme}


def turned_into_one_audit(p: People) -> None:
    """A proposal of the year after next, cut down to one process and planned."""
    proposal = services.propose(today().year + 2, 1, by=p.manager)
    for line in proposal.lines:
        wanted = [(today().year + 2) * 12 + 3] if line.code == "INC" else []
        if wanted != line.months:
            services.adjust(line, wanted, line.days, "只看事件管理", by=p.manager)
    services.plan_audits(proposal, by=p.manager)


def addresses(made: dict[str, Any], audit: Any) -> dict[str, list[dict[str, Any]]]:
    """What fills the parameters of the addresses of planning."""
    year = {"year": made["programme"].year}
    maps = [
        year,
        *(year | {"by": by, "across": across, "span": span}
          for by in ("clause", "process", "legacy", "department") for across in ("audit", "month") for span in ("year", "cycle")),
    ]  # fmt: skip
    cells = [
        year | {"by": "clause", "across": "audit", "row": "8.6.1", "column": str(audit.id)},
        year | {"by": "process", "across": "audit", "span": "cycle", "row": "INC", "column": str(audit.id)},
    ]
    return {
        "planning.coverage": maps,
        "planning.coverage_export": maps[:3],
        "planning.cell": cells,
        "planning.left_out": [year],
        "planning.take_suggestions": [year],
        "planning.withdraw": [year | {"value": "clause:4.1"}],
        "planning.version_list": [year],
        "planning.version": [year | {"number": 1}],
        "planning.proposal": [{"id": made["proposal"].id}],
        "planning.proposal_export": [{"id": made["proposal"].id}],
        "planning.line": [{"id": made["line"].id}],
        "planning.plan": [{"id": made["proposal"].id}],
        "planning.discard": [{"id": made["proposal"].id}],
        "planning.leads": [{"id": made["proposal"].id}],
        "planning.note_end": [{"id": made["note"].id}],
    }
