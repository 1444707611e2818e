"""Lists: paging, sorting and filters read from the query string; safe redirects."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import request
from sqlalchemy import Select, func, literal_column, select

from audit_app.core.db import db

PER_PAGE = 50


@dataclass(frozen=True)
class Page:
    """One page of a list; iterate it for the rows."""

    items: Sequence[Any]
    total: int
    page: int
    per_page: int = PER_PAGE

    def __iter__(self) -> Any:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def pages(self) -> int:
        """Number of pages, at least 1."""
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        """Number of the first row shown, from 1; 0 when there is none."""
        return (self.page - 1) * self.per_page + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return min(self.page * self.per_page, self.total)

    def url(self, page: int) -> str:
        """Address of another page of the same list."""
        return with_query(page=page)


def with_query(**changes: Any) -> str:
    """The present address with some query arguments changed (None removes one)."""
    arguments = {key: request.args.getlist(key) for key in request.args}
    for key, value in changes.items():
        if value is None:
            arguments.pop(key, None)
        else:
            arguments[key] = [str(value)]
    query = urlencode(sorted(arguments.items()), doseq=True)
    return f"{request.path}?{query}" if query else request.path


def number(name: str, default: int = 1) -> int:
    """A positive whole number from the query string; nonsense counts as the default."""
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and 0 < int(text) < 1_000_000 else default


def paginate(
    query: Select[Any], *, per_page: int = PER_PAGE, unique: bool = False, among: Select[Any] | None = None
) -> Page:
    """Run a list query for the page asked for: one COUNT and one SELECT, whatever the number of rows.

    With ``among`` the query is of plain columns; ``among`` is the same list without what is only shown.
    """
    plain: Select[Any] = (query if among is None else among).order_by(None)
    rows = plain.with_only_columns(literal_column("1"), maintain_column_froms=True).subquery()
    total = db.session.scalar(select(func.count()).select_from(rows)) or 0
    pages = max(1, -(-total // per_page))
    page = min(number("page"), pages)
    shown = query.limit(per_page).offset((page - 1) * per_page)
    result = db.session.scalars(shown) if among is None else db.session.execute(shown)
    return Page(list(result.unique() if unique else result), total, page, per_page)


def arguments(names: Sequence[str]) -> dict[str, str]:
    """Filters from the query string: only the names asked for, trimmed, without the empty ones."""
    found = {name: request.args.get(name, "").strip() for name in names}
    return {name: value for name, value in found.items() if value}


def ordering(columns: Mapping[str, Any], default: str) -> tuple[Any, str]:
    """The ORDER BY asked for by ``?sort=name`` or ``?sort=-name``, out of an allow-list. Returns (clause,
    key)."""
    key = request.args.get("sort", default)
    name = key.removeprefix("-")
    if name not in columns:
        key, name = default, default.removeprefix("-")
    column = columns[name]
    return (column.desc() if key.startswith("-") else column.asc()), key


def safe_next(target: str | None, fallback: Callable[[], str] | str = "/") -> str:
    """A redirect target inside this site, or the fallback (no open redirects)."""
    otherwise = fallback() if callable(fallback) else fallback
    if not target or not target.startswith("/") or target[1:2] in {"/", "\\"}:
        return otherwise
    if any(ord(letter) < 32 or letter == "\\" for letter in target):
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target
