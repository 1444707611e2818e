"""What the audits of a year cover: each assessable clause and each process at least once (rule R1).

Only our own audits count: 9.2 asks for internal audits, whatever a certification body looked at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audit_app.accounts.library import assessable_clauses, clause_order
from audit_app.accounts.models import Process
from audit_app.programme.models import Audit, AuditState


@dataclass(frozen=True)
class Coverage:
    """Clauses and processes of one year; ``clauses`` maps each clause to the audits that cover it."""

    clauses: dict[str, tuple[Audit, ...]]
    processes: dict[Process, tuple[Audit, ...]]

    @property
    def missing_clauses(self) -> list[str]:
        """Clauses that no audit of the year covers, in the order of the standard."""
        return [clause for clause, audits in self.clauses.items() if not audits]

    @property
    def missing_processes(self) -> list[Process]:
        """Processes in use that no audit of the year covers."""
        return [process for process, audits in self.processes.items() if not audits]

    @property
    def covered_clauses(self) -> int:
        """How many clauses are covered."""
        return len(self.clauses) - len(self.missing_clauses)

    @property
    def covered_processes(self) -> int:
        """How many processes are covered."""
        return len(self.processes) - len(self.missing_processes)


def clauses_of(audit: Audit) -> set[str]:
    """The clauses in an audit's scope: those named, and those of its processes."""
    return clauses_in(audit.clauses, audit.processes)


def clauses_in(named: Iterable[object], processes: Iterable[Process]) -> set[str]:
    """The clauses named, and those of the processes."""
    return {str(clause) for clause in named} | {c for process in processes for c in process.clauses}


def covers(scope: set[str], clause: str) -> bool:
    """Whether a scope holds a clause or a section above it: 8.6 covers 8.6.1, but 8.1 does not cover 8.10."""
    parts = clause.split(".")
    return any(".".join(parts[:length]) in scope for length in range(1, len(parts) + 1))


def coverage(audits: Iterable[Audit], processes: Sequence[Process]) -> Coverage:
    """Which audits cover what. A process is covered when it is in scope itself or all its clauses are."""
    counted = [audit for audit in audits if not audit.external and audit.state is not AuditState.CANCELLED]
    scopes = [(audit, clauses_of(audit)) for audit in counted]
    known = set(assessable_clauses()) | {clause for process in processes for clause in process.clauses}
    return Coverage(
        clauses={
            clause: tuple(audit for audit, scope in scopes if covers(scope, clause))
            for clause in sorted(known, key=clause_order)
        },
        processes={
            process: tuple(
                audit
                for audit, scope in scopes
                if process in audit.processes
                or (process.clauses and all(covers(scope, clause) for clause in process.clauses))
            )
            for process in processes
        },
    )
