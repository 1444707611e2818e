"""The schemes that ship: which periods, and where each is written."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from audit_app.core import yaml_file

FILE = Path(__file__).parent / "library" / "rules.yaml"
DEFAULT = "CN-ITSMS"
"""Code of the scheme that a new cycle proposes."""


@lru_cache(maxsize=1)
def shipped() -> tuple[dict[str, Any], ...]:
    """The schemes of the file, in its order."""
    return tuple(yaml_file.read(FILE)["schemes"])
