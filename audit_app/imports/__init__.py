"""Readers of tables that other people made: spreadsheets and delimited text, as they really look.

Nothing is imported here: the package only reads, proposes which column is which, and says in sentences what
it could not read. The domains decide what to do with the rows. It knows no request and no word of the domain.
"""

from audit_app.imports.mapping import Field, find_column, guess_mapping, parse_map_option, words_of
from audit_app.imports.reading import Duplicate, Preview, Problem, Skipped, read_rows
from audit_app.imports.tables import ForeignTable, open_table
from audit_app.imports.values import Cell, Column, Limits, Row, text_of

__all__ = [
    "Cell",
    "Column",
    "Duplicate",
    "Field",
    "ForeignTable",
    "Limits",
    "Preview",
    "Problem",
    "Row",
    "Skipped",
    "find_column",
    "guess_mapping",
    "open_table",
    "parse_map_option",
    "read_rows",
    "text_of",
    "words_of",
]
