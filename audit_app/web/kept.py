"""Pages kept in the process: the same person, the same address, the same data, the same day.

The key of a kept page is everything it was made from: the reader's row with roles, unread notices and
the heads of both hash chains (every change writes one of them in its transaction, so equal heads are equal
data), the address, the language, and today. The key comes from the database at each request, so several
processes need not tell each other anything, and no page is older than the data. See docs/decisions/0009.

What differs from reply to reply (``fresh``: form tokens, the nonce, ids, the moment) is not kept: its places
are marked while the page is made, and filled in for each reply.
"""

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request, session
from flask_babel import get_locale
from flask_wtf.csrf import generate_csrf

from audit_app.core.clock import today
from audit_app.web.headers import csp_nonce

View = TypeVar("View", bound=Callable[..., Any])
MOST_BYTES = 8_000_000
"""What one process keeps at most; the pages asked for least recently go first."""
MARK = f"kept{secrets.token_hex(12)}"
"""Letters and digits, so that no template changes it, and beyond guessing, so that nobody can type it."""
PLACE = re.compile(rf"{MARK}(\d+)x")

Page = tuple[list[bytes], list[Callable[[], str]]]
"""The pieces of a page, and what makes the words between them (a maker that occurs twice is asked once)."""


def fresh(make: Callable[[], str]) -> str:
    """Words of this one reply: made now, or a mark for them while a page that is kept is being made."""
    makers: list[Callable[[], str]] | None = g.get("kept_makers")
    if makers is None:
        return make()
    if make not in makers:
        makers.append(make)
    return f"{MARK}{makers.index(make)}x"


class Store:
    """The pages of one process, bounded in bytes."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most, self.size = most, 0
        self.pages: OrderedDict[Hashable, Page] = OrderedDict()
        self.lock = Lock()

    def get(self, key: Hashable) -> Page | None:
        """A page, which counts as used now."""
        with self.lock:
            if key in self.pages:
                self.pages.move_to_end(key)
            return self.pages.get(key)

    def put(self, key: Hashable, page: Page) -> None:
        """Keep a page; the oldest ones make room."""
        with self.lock:
            self._drop(key)
            self.pages[key] = page
            self.size += _bytes(page)
            while self.size > self.most:
                self._drop(next(iter(self.pages)))

    def _drop(self, key: Hashable) -> None:
        page = self.pages.pop(key, None)
        self.size -= _bytes(page) if page else 0


def _bytes(page: Page) -> int:
    return sum(map(len, page[0])) + 2_000  # the key, and what Python needs for the lot


def key() -> Hashable | None:
    """Everything a page depends on; None where nothing is kept (nobody's session, words to flash, a POST)."""
    reader = g.get("reader_facts")
    if reader is None or request.method != "GET" or "_flashes" in session:
        return None
    address = request.script_root, request.path, request.query_string
    return reader, address, str(get_locale()), today(), request.headers.get("HX-Request")


def kept(view: View) -> View:
    """Keep the page that a view renders. Goes beneath ``@allow``, which asks about rights every time."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Any:
        store: Store = current_app.extensions["kept"]
        wanted = key() if current_app.config["KEEP_PAGES"] else None
        if wanted is None:
            return view(*args, **kwargs)
        page = store.get(wanted)
        if page is None:
            page = _made(view, args, kwargs)
            store.put(wanted, page)
        return _filled(page)

    return answer  # type: ignore[return-value]  # wraps keeps the signature


def _made(view: Callable[..., Any], args: Any, kwargs: Any) -> Page:
    makers: list[Callable[[], str]] = []
    g.kept_makers = makers
    try:
        html = view(*args, **kwargs)
    finally:
        del g.kept_makers
    if not isinstance(html, str) or "csrf_token" in g:
        raise TypeError(f"{request.endpoint} is kept: it returns text, and its tokens come from fresh().")
    parts = PLACE.split(html)
    return [each.encode() for each in parts[::2]], [makers[int(number)] for number in parts[1::2]]


def _filled(page: Page) -> Response:
    pieces, makers = page
    said = {make: make().encode() for make in dict.fromkeys(makers)}
    body = [pieces[0]]
    for make, piece in zip(makers, pieces[1:], strict=True):
        body += (said[make], piece)
    return Response(b"".join(body), mimetype="text/html")


def init_app(app: Flask) -> None:
    """Give the application its store, and templates the tokens that know of it."""
    app.extensions["kept"] = Store()
    app.config.setdefault("KEEP_PAGES", not app.testing)
    tokens = {"csrf_token": lambda: fresh(generate_csrf), "csp_nonce": lambda: fresh(csp_nonce)}
    app.jinja_env.globals.update(tokens)
    app.context_processor(lambda: tokens)
