"""What makes thousands of fresh applications affordable; each does what it did, only later or once.

Every test has an application of its own. Two thirds of what that costs is the same work again and again: the
functions that build addresses (266 rules, compiled for addresses that one test never builds) and the templates.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule


class LateRule(Rule):
    """A rule whose address builders are compiled when the first address is built."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(super(LateRule, self)._compile_builder(append_unknown))
            return compiled[0](rule, **values)

        return build


def remember_templates(app: Flask, folder: Path) -> None:
    """Compile each template once per run: the code is kept by the hash of its text."""
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
