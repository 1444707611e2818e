"""Scores per process from the answers of an audit: conformity and maturity, weighted. Stores nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit_app.checklists.fieldwork import Answer, Fieldwork
from audit_app.checklists.models import ResponseKind, Verdict

IN_ORDER = (Verdict.CONFORM, Verdict.GOOD_PRACTICE)


@dataclass(frozen=True)
class Score:
    """One process. ``conform`` and ``judged`` are sums of weights, ``level`` of weighted scores (0 to 4) over
    ``levelled`` weights; ``process`` None holds the questions that belong to none."""

    process: Any
    questions: int
    answered: int
    conform: int
    judged: int
    level: int
    levelled: int

    @property
    def conformity(self) -> float | None:
        """Share of the weight judged conform, 0 to 1; None while nothing was judged."""
        return self.conform / self.judged if self.judged else None

    @property
    def maturity(self) -> float | None:
        """Weighted mean of the scores, 0 to 4; None where no question is answered by a score."""
        return self.level / self.levelled if self.levelled else None


def by_process(work: Fieldwork) -> tuple[Score, ...]:
    """A row per process in the order of its first question; last the questions without a process.

    What does not apply, and what is not answered or still disputed, counts in neither figure.
    """
    groups: dict[Any, list[Answer]] = defaultdict(list)
    for answer in work.answers:
        groups[answer.item.process].append(answer)
    rows = [of(process, answers) for process, answers in groups.items() if process is not None]
    return (*rows, *((of(None, groups[None]),) if None in groups else ()))


def of(process: Any, answers: Sequence[Answer]) -> Score:
    """The score of one process from the answers that belong to it."""
    judged = [each for each in answers if each.answered and each.value is not Verdict.NOT_APPLICABLE]
    levelled = [each for each in judged if each.item.kind is ResponseKind.SCORE and each.reply]
    return Score(
        process,
        len(answers),
        sum(each.answered for each in answers),
        sum(each.item.weight for each in judged if each.value in IN_ORDER),
        sum(each.item.weight for each in judged),
        sum(each.item.weight * int(each.reply) for each in levelled),
        sum(each.item.weight for each in levelled),
    )
