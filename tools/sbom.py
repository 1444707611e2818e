"""Write the list of all parts (SBOM) as CycloneDX 1.6 JSON: the runtime lock and static/vendor.

    python run.py sbom [FILE]         to standard output without a file

Name, version and every hash that pip accepts, with the licences of `tools.licences`. The same lock gives the
same bytes: the serial number is made from the lock, and no time is told.
"""

import hashlib
import json
import re
import sys
import uuid
from pathlib import Path
from typing import Any

from tools.licences import VENDOR, licence_of, vendor_rows
from tools.lock import ROOT, RUNTIME

PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^\s;\\]+)((?:.*\n\s+--hash=sha256:[0-9a-f]{64})*)", re.MULTILINE)
SPDX_EXPRESSION = re.compile(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*")
FAMILIES = {"BSD", "MIT-like"}
"""Words that name a family of licences, which SPDX does not know."""


def packages() -> list[dict[str, Any]]:
    """One component for each pin of the runtime lock, with all its hashes."""
    found = []
    for name, version, tail in PIN.findall(RUNTIME.read_text(encoding="utf-8")):
        hashes = re.findall(r"sha256:([0-9a-f]{64})", tail)
        licence, summary = licence_of(name)
        found.append(
            {
                "type": "library",
                "bom-ref": f"pkg:pypi/{name}@{version}",
                "name": name,
                "version": version,
                "description": summary,
                "purl": f"pkg:pypi/{name}@{version}",
                "hashes": [{"alg": "SHA-256", "content": each} for each in hashes],
                "licenses": licences(licence),
            }
        )
    return found


def licences(words: str) -> list[dict[str, Any]]:
    """A licence as CycloneDX wants it: an SPDX expression where it is one, else its name."""
    if SPDX_EXPRESSION.fullmatch(words) and words not in FAMILIES:
        return [{"expression": words}]
    return [{"license": {"name": words}}]


def vendored() -> list[dict[str, Any]]:
    """One component for each row of static/vendor/LICENSES.md, with the hashes of the files it names."""
    found = []
    for names, version, licence, project in vendor_rows():
        files = [VENDOR / each for each in re.findall(r"[\w.@-]+\.\w+", names) if (VENDOR / each).is_file()]
        hashes = [hashlib.sha256(each.read_bytes()).hexdigest() for each in files]
        name = project.partition(" ")[0].strip("`*[]()") or names
        found.append(
            {
                "type": "library",
                "bom-ref": f"vendor:{names}",
                "name": name,
                "version": version,
                "description": names,
                "hashes": [{"alg": "SHA-256", "content": each} for each in hashes],
                "licenses": licences(licence.strip("`")),
            }
        )
    return found


def bom() -> dict[str, Any]:
    """The whole list."""
    lock = RUNTIME.read_bytes().replace(b"\r\n", b"\n")
    own = re.search(
        r'^version = "([^"]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    version = own[1] if own else "0"
    parts = packages() + vendored()
    program = {"type": "application", "bom-ref": "audit-app", "name": "audit-app", "version": version}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.UUID(bytes=hashlib.sha256(lock).digest()[:16], version=4)}",
        "version": 1,
        "metadata": {"component": program},
        "components": parts,
        "dependencies": [{"ref": "audit-app", "dependsOn": [each["bom-ref"] for each in parts]}],
    }


def main(arguments: list[str]) -> int:
    """The command; returns the exit status."""
    text = json.dumps(bom(), indent=1, ensure_ascii=False) + "\n"
    if arguments:
        Path(arguments[0]).write_text(text, encoding="utf-8", newline="\n")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
