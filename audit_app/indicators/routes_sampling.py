"""A sample of the imported tickets for an auditor's sampling record: JSON for the fieldwork screen."""

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audit_app.accounts.permissions import Permission
from audit_app.core.errors import Refused
from audit_app.indicators import sampling
from audit_app.indicators.blueprint import blueprint
from audit_app.indicators.periods import Month
from audit_app.web.access import allow
from audit_app.web.pages import number

LONGEST_SEED = 100


@blueprint.get("/sample/choices")
@allow(Permission.INDICATOR_SEE)
def sample_choices() -> ResponseReturnValue:
    """What the tickets of the log can be narrowed by."""
    return jsonify(sampling.choices())


@blueprint.get("/sample")
@allow(Permission.INDICATOR_SEE)
def sample() -> ResponseReturnValue:
    """``?n=25&seed=…`` and ``from``, ``to`` (months), ``priority``, ``category``: the ids drawn, in order.

    How is told in :mod:`audit_app.core.lots`; the same question gives the same answer as long as the log is
    the same.
    """
    seed = request.args.get("seed", "").strip()[:LONGEST_SEED]
    if not seed:
        return jsonify(error="invalid", field="seed", message=_("Give a seed: any word or number.")), 422
    try:
        drawn = sampling.sample(
            number("n", 0),
            seed,
            first=_month("from"),
            last=_month("to"),
            priority=request.args.get("priority", ""),
            category=request.args.get("category", ""),
        )
    except Refused as error:
        return jsonify(error="invalid", field="month", message=str(error)), 422
    return jsonify(population=drawn.population, seed=drawn.seed, ids=drawn.ids)


def _month(name: str) -> Month | None:
    text = request.args.get(name, "")
    return Month.parse(text) if text else None
