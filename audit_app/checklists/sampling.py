"""The sampling record of an answer in words. How the lot falls is told in :mod:`audit_app.core.lots`."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

Facts = Mapping[str, Any]
SHOWN = 60
"""So many ids are printed; the workbook holds all of them."""


def in_words(sample: Facts) -> str:
    """One line: how many of how many, how chosen, how many exceptions."""
    bad = len(sample["exceptions"])
    return " · ".join(
        (
            _("%(size)s of %(population)s", size=sample["size"], population=sample["population"]),
            _how(sample),
            _("exceptions: %(count)s", count=bad) if bad else _("no exception"),
        )
    )


def _how(sample: Facts) -> str:
    if sample["method"] == "random":
        return _("at random, seed %(seed)s", seed=sample["seed"])
    return _("by judgement") if sample["method"] == "judgement" else _("all of them")


def failed(sample: Facts) -> list[str]:
    """The exceptions, each with its word."""
    return [f"{one}: {why}" if why else str(one) for one, why in sample["exceptions"]]


def listed(sample: Facts, most: int = SHOWN) -> str:
    """The ids, the last ones counted when there are many."""
    ids = sample["ids"]
    rest = len(ids) - most
    return ", ".join(ids[:most]) + (f" (+{rest})" if rest > 0 else "")
