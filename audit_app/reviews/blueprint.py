"""The blueprint that the files of views share, and what they all need."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from audit_app.accounts.permissions import Permission as P
from audit_app.reviews.exports import LOCALES

blueprint = Blueprint("reviews", __name__, url_prefix="/reviews")

SEE = (P.REVIEW_SEE, P.REVIEW_CONTRIBUTE)
"""Who may see reviews at all; which ones, ``queries.visible_to`` says."""


def form_page(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    """A form page: 422 when it comes back."""
    return render_template(
        f"reviews/{template}.html", form=form, **context
    ), 422 if form.is_submitted() else 200


def language() -> str:
    """``zh`` or ``en`` from ``?lang=``, else the reader's."""
    asked = request.args.get("lang", "")
    locale = get_locale()
    spoken = "zh" if locale is not None and locale.language == "zh" else "en"
    return asked if asked in LOCALES else spoken
