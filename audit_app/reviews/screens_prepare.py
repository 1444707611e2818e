"""What the pages of preparing show beyond the record itself."""

from typing import Any

from audit_app.core.clock import today
from audit_app.reviews.models import ExtraKey, InputKey, Review, ReviewInput
from audit_app.reviews.paper import input_title
from audit_app.reviews.workflow import input_filled


def ordered(review: Review) -> list[ReviewInput]:
    """The inputs in the order of the standard."""
    order = [*InputKey, *ExtraKey]
    return sorted(review.inputs, key=lambda each: order.index(each.key))


def requested(review: Review, form: Any) -> list[dict[str, Any]]:
    """Each input with its two fields, and how far it has come."""
    return [
        {
            "row": row,
            "title": input_title(row.key.value),
            "filled": input_filled(row),
            "late": not input_filled(row) and row.owner is not None and row.wanted_on < today(),
            "left": row.owner is not None and not row.owner.is_active,
            "owner": form[f"owner_{row.id}"],
            "due": form[f"due_{row.id}"],
        }
        for row in ordered(review)
    ]
