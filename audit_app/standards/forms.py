"""Shape and wording of input."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField
from wtforms.validators import InputRequired

from audit_app.standards.models import TextLanguage
from audit_app.standards.services import Licence
from audit_app.web.forms import BaseForm, choice, day, long_text, text


def licence_of(facts: dict[str, Any]) -> Licence:
    """A licence from facts as JSON keeps them."""
    last = facts["valid_until"]
    return Licence(**{**facts, "valid_until": date.fromisoformat(last) if last else None})


class ImportForm(BaseForm):
    """The file, what it holds, and the licence under which it may be shown."""

    file = FileField(_l("XLSX or CSV file"), validators=[FileRequired(_l("Choose a file first."))])
    standard = text(_l("Standard"), need=True, longest=100, description=_l("As cited, e.g. ISO/IEC 20000-1."))
    edition = text(_l("Edition"), need=True, longest=40, description=_l("e.g. 2018"))
    title = text(_l("Title"), description=_l("Optional: the title of the standard or of the extract."))
    language = choice(_l("Language of the text"), TextLanguage.choices())
    holder = text(
        _l("Licence holder"), need=True, description=_l("Who bought it: the organisation or the unit.")
    )
    note = long_text(
        _l("Licence"),
        need=True,
        longest=2000,
        rows=3,
        description=_l("Who bought it and when, licence number, permitted use."),
    )
    valid_until = day(_l("Licence valid until"), description=_l("Empty: without end."))
    allowed = BooleanField(
        _l("Our licence allows showing this text to our auditors inside this application"),
        validators=[
            InputRequired(
                _l(
                    "Without a licence that allows it the text must not be shown here, "
                    "so it cannot be imported."
                )
            )
        ],
    )

    def facts(self) -> dict[str, Any]:
        """What was typed, as JSON keeps it between the steps."""
        values = self.values()
        values.pop("file")
        last = values["valid_until"]
        typed = {name: "" if value is None else value for name, value in values.items()}
        return {**typed, "valid_until": last.isoformat() if last else ""}

    def licence(self) -> Licence:
        """The licence as typed."""
        return licence_of(self.facts())


class SaveForm(BaseForm):
    """Nothing is typed when the preview is confirmed."""


class WithdrawForm(BaseForm):
    """Why texts are withdrawn."""

    reason = long_text(_l("Reason"), need=True, longest=1000, rows=3)
