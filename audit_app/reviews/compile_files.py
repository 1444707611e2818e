"""The imported files behind the figures of a pack, or of one input."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from audit_app.indicators.models import Measurement
from audit_app.reviews import series
from audit_app.reviews.pack import SourceFile


def told(rows: Mapping[int, Any]) -> tuple[SourceFile, ...]:
    """The files of a register as the pack keeps them."""
    return tuple(
        SourceFile(row.filename, row.kind, row.sha256, row.rows, row.accepted, row.name or "", row.at)
        for row in rows.values()
    )


def in_use() -> tuple[SourceFile, ...]:
    """The files behind the values that stand now: what the page of one input names. One query."""
    return told(series.files(select(Measurement.import_id).where(Measurement.import_id.is_not(None))))
