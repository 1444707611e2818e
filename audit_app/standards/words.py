"""Words of this domain for the trail."""

from typing import Any

from flask_babel import lazy_gettext as _l

SENTENCES: dict[str, Any] = {
    "clause_text.import": _l("imported the clause texts"),
    "clause_text.withdraw": _l("withdrew the clause texts; the text was deleted"),
}

FIELDS: dict[str, Any] = {
    "file_name": _l("File"),
    "imported_at": _l("Imported on"),
    "licence_holder": _l("Licence holder"),
    "licence_note": _l("Licence"),
    "row_count": _l("Clauses with text"),
    "sha256": _l("SHA-256 of the file"),
    "standard_name": _l("Short name of the standard"),
    "valid_until": _l("Licence valid until"),
    "withdrawn_at": _l("Withdrawn on"),
}
