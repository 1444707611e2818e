"""The actions of an old register: which rows hold what an action needs, and why the others stay words.

An action needs an owner, a date, and a past that fits together; that of a closed finding was also done and
verified by somebody else. What is lacking is never invented: the words then stand under the correction.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.permissions import Permission
from audit_app.findings.models import ActionState
from audit_app.imports.values import norm

LONGEST_TITLE = 1000
LONGEST_NUMBER = 40


@dataclass(frozen=True)
class OldAction:
    """An action as the old register had it. ``code`` is empty when it had no number of its own."""

    code: str
    title: str
    owner: Any
    due_on: date
    done_on: date | None
    verified_by: Any
    verified_on: date | None

    @property
    def state(self) -> ActionState:
        """Verified, reported done, or still open."""
        if self.verified_on is not None:
            return ActionState.VERIFIED
        return ActionState.DONE if self.done_on is not None else ActionState.OPEN


WHY_WORDS = {
    "unreadable": _l("a date of it cannot be read"),
    "long": _l("it is longer than 1,000 characters"),
    "number": _l("its number is too long, or taken already"),
    "nobody": _l("nobody known here owns it"),
    "cannot": _l("it is not done, and its owner cannot carry out actions here any more"),
    "no_date": _l("it has no due date"),
    "dates": _l("its dates do not follow one another, from the day the finding was raised to today"),
    "half": _l("who verified it and when belong together, and so does when it was done"),
    "verifier": _l("who verified it is not known here"),
    "own": _l("its owner verified it"),
    "open": _l("the finding is closed, and nothing says when the action was done and who else verified it"),
}
"""Why a corrective action stays words, in the order in which it is asked."""


def judged(
    row: Mapping[str, Any],
    said: Mapping[str, Any] | None,
    mapped: Collection[str],
    everyone: Mapping[str, Any],
    taken: Collection[str],
    on: date,
) -> OldAction | str | None:
    """The action of a row, the key of ``WHY_WORDS`` when it stays words, None where no action is told.

    ``said`` are the fields of the action, None when a date cannot be read. Where the sheet has no column for
    owner or date of the action, those of the finding count. ``everyone`` are people by name, ``taken`` the
    numbers of actions that exist or came before in the file.
    """
    if not row["corrective"]:
        return None
    if said is None:
        return "unreadable"
    owner = everyone.get(norm(said["action_owner"] or "")) if "action_owner" in mapped else row["owner"]
    verifier = said["action_verified_by"]
    found = OldAction(
        (said["action_number"] or "").strip(), row["corrective"].strip(), owner,
        said["action_due_on"] if "action_due_on" in mapped else row["due_on"], said["action_done_on"],
        everyone.get(norm(verifier)) if verifier else None, said["action_verified_on"],
    )  # fmt: skip
    return _objection(found, row, verifier, taken, on) or found


def _objection(
    found: OldAction, row: Mapping[str, Any], verifier: str | None, taken: Collection[str], on: date
) -> str | None:
    done, seen = found.done_on, found.verified_on
    steps = [each for each in (row["raised_on"], done, seen, on) if each is not None]
    asked = {
        "long": len(found.title) > LONGEST_TITLE,
        "number": len(found.code) > LONGEST_NUMBER or found.code in taken,
        "nobody": found.owner is None,
        "cannot": done is None and found.owner is not None and not _able(found.owner),
        "no_date": found.due_on is None,
        "dates": steps != sorted(steps) or (found.due_on or on) < row["raised_on"],
        "half": bool(verifier) != (seen is not None) or (seen is not None and done is None),
        "verifier": bool(verifier) and found.verified_by is None,
        "own": found.owner is not None and found.verified_by is found.owner,
        "open": row["state"] == "closed" and found.state is not ActionState.VERIFIED,
    }
    return next((key for key in WHY_WORDS if asked.get(key)), None)


def _able(person: Any) -> bool:
    return person.active and person.may(Permission.ACTION_DO)


def remark(key: str, rows: list[int]) -> Any:
    """One sentence for all rows whose action stays words for the same reason."""
    named = ", ".join(str(each) for each in rows[:NAMED])
    if len(rows) > NAMED:
        named = _l("%(rows)s and %(count)s more", rows=named, count=len(rows) - NAMED)
    return _l(
        "The corrective action stays words under the correction, because %(why)s: row %(rows)s.",
        why=WHY_WORDS[key], rows=named,
    )  # fmt: skip


NAMED = 8
"""Rows named in a sentence."""
