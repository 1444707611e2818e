"""Parts of addresses: the number of a row is one that a column can hold."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter

LARGEST = 2**31 - 1
"""The largest number of a column of whole numbers on PostgreSQL; far above it the driver of SQLite fails."""


class RowNumber(IntegerConverter):
    """``<int:id>``: a larger number is the number of nothing, so that there is no such address (404)."""

    def __init__(self, map: Any, **given: Any) -> None:
        super().__init__(map, **{"max": LARGEST} | given)


def init_app(app: Flask) -> None:
    """Read every ``<int:…>`` of the addresses so; call it before the addresses are told."""
    app.url_map.converters["int"] = RowNumber
