"""What makes thousands of fresh applications affordable; each does what it did, only later or once.

Every test has an application of its own. Two thirds of what that costs is the same work again and again: reading
the rules of 326 addresses, building the functions that make addresses, compiling templates, reading catalogues; and
the collector of garbage, which looks through everything that was imported whenever a few hundred rows were made.
"""

import gc
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event
from sqlalchemy.orm import configure_mappers
from werkzeug.routing import Rule

_read: dict[Any, tuple[list[Any], list[Any], dict[str, Any], frozenset[str]]] = {}
_built: dict[Any, Callable[..., tuple[str, str]]] = {}
_catalogues: dict[Any, Any] = {}


class LateRule(Rule):
    """A rule that is read once per test process, and whose address builders are made for the first address.

    Both depend on the text of the rule and on the kinds of its parts only; a builder is given the rule it is for.
    """

    def compile(self) -> None:
        """As the library does it, or as it did it before for the same text."""
        kinds = tuple(self.map.converters.items())
        self._key = (self.rule, self.subdomain, self.host, self.map.host_matching, self.merge_slashes, kinds)
        known = _read.get(self._key)
        if known is None:
            before = set(self.arguments)
            super().compile()
            _read[self._key] = (
                self._parts,
                self._trace,
                self._converters,
                frozenset(self.arguments - before),
            )
            return
        self._parts, self._trace, self._converters, arguments = known
        self.arguments |= arguments
        self._build = self._compile_builder(False).__get__(self, None)
        self._build_unknown = self._compile_builder(True).__get__(self, None)

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self._key, append_unknown, repr(self.defaults))

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if key not in _built:
                _built[key] = super(LateRule, self)._compile_builder(append_unknown)
            return _built[key](rule, **values)

        return build


def remember(app: Flask, folder: Path) -> None:
    """Compile each template and read each catalogue once per run: the code is kept by the hash of its text."""
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
    app.extensions["babel"].instance.read = _catalogues


def without_durability(engine: Engine) -> None:
    """A database that ends with its test need not survive a loss of power; tests of durability make their own."""
    if engine.dialect.name == "sqlite":
        event.listen(
            engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF")
        )


def before_collection() -> None:
    """No search for garbage while a thousand modules are read."""
    gc.disable()


def after_collection() -> None:
    """Everything read so far stays for ever: the collector need not look at it, and comes less often.

    What a test leaves behind is still found and still complained about (files left open), a little later.
    """
    for part in ("domains", "navigation", "tables"):
        import_module(f"audit_app.{part}")
    configure_mappers()
    # Its pytest plugin loads the rest of it at the very end, and then takes what was frozen for garbage.
    import_module("hypothesis.internal.observability")
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()
