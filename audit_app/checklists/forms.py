"""Shape and wording of input."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField

from audit_app.checklists.models import TemplateVersion
from audit_app.web.forms import BaseForm, RadioField, long_text, required, row, text


class TemplateForm(BaseForm):
    """Title and origin of a checklist."""

    title_en = text(_l("Title in English"))
    title_zh = text(_l("Title in Chinese"))
    attribution_en = long_text(
        _l("Attribution in English"),
        longest=1000,
        rows=2,
        description=_l("Whose words these are, if not your own."),
    )
    attribution_zh = long_text(_l("Attribution in Chinese"), longest=1000, rows=2)
    licence = text(_l("Licence"))


class RulingForm(BaseForm):
    """Why a held record counts or not."""

    reason = long_text(
        _l("Reason"), longest=1000, rows=3, description=_l("Required to reject a record or to file it late.")
    )


class WaiverForm(BaseForm):
    """Why an audit does without a file."""

    reason = long_text(_l("Reason"), need=True, longest=1000, rows=3)


class RevokeForm(BaseForm):
    """Why a tablet is shut out."""

    reason = long_text(_l("Reason"), need=True, longest=500, rows=3)


class SavedFileForm(BaseForm):
    """A file of unsent answers."""

    file = FileField(
        _l("File of unsent answers"),
        validators=[FileRequired(_l("Choose the file that the tablet saved."))],
        description=_l("Its name ends in .json; up to 60 MB."),
    )


class NewTemplateForm(TemplateForm):
    """A new checklist also says what it asks about."""

    standard = text(_l("Standard or topic"), longest=100)


class QuestionForm(BaseForm):
    """One row of a draft: a question, or a heading."""

    kind = RadioField(
        _l("This row is"), choices=[("question", _l("a question")), ("heading", _l("a heading"))],
        default="question", validators=[required()],
    )  # fmt: skip
    clause = text(_l("Clause"), longest=40, description=_l("As auditors cite it, e.g. 8.5.1.2."))
    section = text(
        _l("Stands under"),
        longest=200,
        description=_l("Clause number of the heading above, or the name of a section."),
    )
    title_en = text(_l("Title in English"), longest=500)
    title_zh = text(_l("Title in Chinese"), longest=500)
    prompt_en = long_text(_l("Question in English"), longest=5000, rows=4)
    prompt_zh = long_text(_l("Question in Chinese"), longest=5000, rows=4)
    evidence_en = long_text(_l("Expected evidence in English"), longest=2000, rows=3)
    evidence_zh = long_text(_l("Expected evidence in Chinese"), longest=2000, rows=3)
    documented_information = BooleanField(_l("The standard asks for a document or record here"))

    def facts(self) -> dict[str, Any]:
        """The columns of the question."""
        values: dict[str, Any] = {
            name: value if value is not None else "" for name, value in self.values().items()
        }
        kind = values.pop("kind")
        return {**values, "assessable": kind == "question"}


class UploadForm(BaseForm):
    """The sheet to read."""

    file = FileField(_l("XLSX or CSV file"), validators=[FileRequired(_l("Choose a file first."))])


class ImportForm(BaseForm):
    """The title under which a sheet enters the library."""

    title = text(_l("Title of the checklist"), need=True)


class AddForm(BaseForm):
    """Which checklist an audit gets, and how much of it."""

    version_id = row(_l("Checklist"), need=True)
    scope = RadioField(
        _l("Questions"),
        choices=[("scope", _l("only the clauses of this audit")), ("all", _l("all questions"))],
        default="scope",
        validators=[required()],
    )

    def offer(self, versions: list[TemplateVersion], clauses: list[str], counts: dict[int, int]) -> None:
        """Fill the choices; without clauses on the audit there is nothing to narrow by."""
        self.version_id.choices = [
            (each.id, f"{each.name} · v{each.number} ({counts.get(each.id, 0)})") for each in versions
        ]
        if not clauses:
            self.scope.choices = [("all", _l("all questions"))]
            if not self.is_submitted():
                self.scope.data = "all"
