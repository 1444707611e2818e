"""The only state machine of the house: a workflow is a table of steps, read top to bottom in the order of
life.

One table serves the screen (``open_to`` draws the buttons) and the rule (``fire`` enforces it).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused

Guard = Callable[[Any, Any], Any]
"""``guard(subject, person)`` returns words that say what is missing, or None when nothing is."""


@dataclass(frozen=True)
class Step:
    """One row of a workflow table.

    ``frm`` are the states it may leave, ``to`` the state it reaches, ``needs`` the permission of the person,
    ``guards`` what must be there first. ``tone`` colours the button. A ``system`` step is taken by the daily
    command when its day has come, never by a person.
    """

    name: str
    label: Any
    frm: tuple[Enum, ...]
    to: Enum
    needs: str
    guards: tuple[Guard, ...] = ()
    tone: str = "primary"
    system: bool = False


@dataclass(frozen=True)
class Offer:
    """A step as a person sees it now: ready to take, or the sentences that say what is missing."""

    step: Step
    missing: tuple[Any, ...]

    @property
    def ready(self) -> bool:
        """True when nothing is missing."""
        return not self.missing


@dataclass(frozen=True)
class Workflow:
    """A table of steps over one state column of a subject."""

    name: str
    steps: Sequence[Step]
    attribute: str = "state"
    by_name: dict[str, Step] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        names = {step.name: step for step in self.steps}
        if len(names) != len(self.steps):
            raise ValueError(f"Workflow {self.name} names a step twice.")
        object.__setattr__(self, "by_name", names)

    def state(self, subject: Any) -> Enum:
        """The state the subject is in."""
        value: Enum = getattr(subject, self.attribute)
        return value

    def missing(self, step: Step, subject: Any, person: Any) -> list[Any]:
        """Sentences of all guards that do not hold."""
        return [words for guard in step.guards if (words := guard(subject, person)) is not None]

    def out_of_turn(self, step: Step, subject: Any) -> Any:
        """Why a step does not start in the state of the subject, in words; None when it does."""
        if self.state(subject) in step.frm:
            return None
        return _l(
            "“%(step)s” is not possible while the state is “%(state)s”. Somebody may have acted "
            "meanwhile: look at the record again.",
            step=step.label,
            state=getattr(self.state(subject), "label", self.state(subject)),
        )

    def offers(self, subject: Any, person: Any) -> list[Offer]:
        """Every step that starts here and that the person's role may take, with what is still missing."""
        return [
            Offer(step, tuple(self.missing(step, subject, person)))
            for step in self.steps
            if not step.system and self.state(subject) in step.frm and person.may(step.needs)
        ]

    def open_to(self, subject: Any, person: Any) -> list[Step]:
        """The steps the person may take right now: role, state and guards all agree."""
        return [offer.step for offer in self.offers(subject, person) if offer.ready]

    def allows(self, name: str, subject: Any, person: Any) -> bool:
        """Whether ``fire`` would succeed now."""
        step = self.by_name[name]
        return (
            self.state(subject) in step.frm
            and not step.system
            and person.may(step.needs)
            and not self.missing(step, subject, person)
        )

    def fire(self, name: str, subject: Any, *, by: Any) -> Step:
        """Take a step: set the new state, or raise :class:`Refused` with the first reason why not.

        ``by`` is the person, or None for a ``system`` step.
        """
        step = self.by_name[name]
        if (early := self.out_of_turn(step, subject)) is not None:
            raise Refused(early)
        if step.system is not (by is None) or (by is not None and not by.may(step.needs)):
            raise Refused(_l("Your role does not allow “%(step)s”.", step=step.label))
        for words in self.missing(step, subject, by):
            raise Refused(words)
        setattr(subject, self.attribute, step.to)
        return step
