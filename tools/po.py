"""Keep the Chinese catalogues in step with the English sentences in the code.

    python -m tools.po findings            update translations/zh_Hans_CN/LC_MESSAGES/findings.po
    python -m tools.po --all               update every package's file
    python -m tools.po --check [package]   say what is missing, unused, fuzzy or wrong; exit 1 if anything is

A sentence belongs to the package whose Python files or whose templates folder holds it. Everything that no
package claims (core, config, base templates, macros, e-mails, error and sign-in pages) belongs to `web`. The
files carry no dates and no line numbers, so they change only when the wording does.
"""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import PoFileError, write_po

from tools.translations import LOCALE, ROOT, TRANSLATIONS, read_catalogue

APP = ROOT / "audit_app"
TEMPLATES = APP / "templates"
TEMPLATE_KINDS = {".html", ".txt", ".xml", ".svg", ".js", ".json", ".md"}
COMMON = "web"
UNCLAIMED = {"core", COMMON}  # packages whose sentences are the common ones
LIBRARIES = {"flask_security"}  # sentences of libraries that we say in our own words; not found in our code
NOT_CODE = {"templates", "static", "translations", "__pycache__"}

KEYWORDS: dict[str, Any] = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "_n": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
JINJA_OPTIONS = {"extensions": "jinja2.ext.do,jinja2.ext.loopcontrols", "silent": "false"}

HEADER = """# The Chinese wording of "{package}". Refresh with: python -m tools.po {package}
msgid ""
msgstr ""
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""

Key = tuple[str | None, str]  # context and (singular) msgid


def packages() -> list[str]:
    """The packages that have a catalogue of their own, `web` last."""
    own = {path.parent.name for path in APP.glob("*/__init__.py")} - UNCLAIMED
    return [*sorted(own), COMMON]


def owner_of(path: Path) -> str:
    """The package whose catalogue holds the sentences of a file of the app."""
    parts = path.relative_to(APP).parts
    claims = parts[1:] if parts[0] == "templates" else parts
    own = set(packages()) - UNCLAIMED
    return claims[0] if len(claims) > 1 and claims[0] in own else COMMON


def source_files() -> Iterator[Path]:
    """Every file of the app that may hold an English sentence."""
    for path in sorted(APP.rglob("*.py")):
        if path.relative_to(APP).parts[0] not in NOT_CODE:
            yield path
    for path in sorted(TEMPLATES.rglob("*")):
        if path.suffix in TEMPLATE_KINDS and path.is_file():
            yield path


def sentences_of(path: Path) -> Iterator[tuple[str | None, str | tuple[str, ...]]]:
    """(context, msgid or (singular, plural)) of each sentence of a file; an unreadable template raises."""
    python = path.suffix == ".py"
    method = "python" if python else "jinja2.ext:babel_extract"
    with path.open("rb") as stream:
        found = extract(method, stream, KEYWORDS, (), {} if python else JINJA_OPTIONS)
        for _line, msgid, _comments, context in found:
            yield context, msgid


def extracted(wanted: set[str] | None = None) -> dict[str, Catalog]:
    """The sentences of the code by package, without translations."""
    result = {name: Catalog(locale=LOCALE, fuzzy=False) for name in packages()}
    for path in source_files():
        owner = owner_of(path)
        if wanted is None or owner in wanted:
            for context, msgid in sentences_of(path):
                result[owner].add(msgid, context=context)
    return result


def po_file(package: str) -> Path:
    """Where the Chinese of a package is kept."""
    return TRANSLATIONS / LOCALE / "LC_MESSAGES" / f"{package}.po"


def forms(value: str | Sequence[str] | None) -> list[str]:
    """The one sentence, or singular and plural, that a msgid or a msgstr holds; empty ones left out."""
    return [form for form in ([value] if isinstance(value, str) else value or ()) if form]


def key_of(message: Message) -> Key:
    """What identifies a sentence: its context and its English (the singular, when there is a plural)."""
    return message.context, forms(message.id)[0]


def messages_by_key(catalogue: Catalog) -> dict[Key, Message]:
    """The sentences of a catalogue without its header."""
    return {key_of(message): message for message in catalogue if message.id}


def known(package: str) -> dict[Key, Message]:
    """What the committed `.po` of a package holds; nothing when there is no file."""
    path = po_file(package)
    return messages_by_key(read_catalogue(path)) if path.exists() else {}


def translation_for(message: Message, old: Message | None) -> str | tuple[str, ...]:
    """The kept Chinese of a sentence, reshaped if the English has gained or lost its plural."""
    kept = (forms(old.string) if old is not None else [])[:1]
    return "".join(kept) if isinstance(message.id, str) else tuple(kept)


def update(package: str, code: Catalog) -> tuple[int, int]:
    """Write the `.po` of a package; returns how many sentences it has and how many lack Chinese."""
    before, path = known(package), po_file(package)
    fresh = Catalog(locale=LOCALE, fuzzy=False)
    missing = 0
    for key, message in sorted(
        messages_by_key(code).items(), key=lambda item: (item[0][1], item[0][0] or "")
    ):
        old = before.get(key)
        string = translation_for(message, old)
        missing += not any(string)
        flags = {flag for flag in (old.flags if old else ()) if flag == "fuzzy"}
        comments = old.user_comments if old else ()
        fresh.add(message.id, string, context=message.context, flags=flags, user_comments=comments)
    if len(fresh) == 0:
        path.unlink(missing_ok=True)
        return 0, 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(HEADER.format(package=package, locale=LOCALE).encode())
        write_po(stream, fresh, width=0, omit_header=True, no_location=True)
    return len(fresh), missing


def placeholders(text: str) -> set[str]:
    """The `%(name)s` names in a sentence, and `%` for a bare conversion such as `%s`."""
    text = text.replace("%%", "")
    named = set(re.findall(r"%\((\w+)\)[#0 +-]*[\d.]*[a-zA-Z]", text))
    return named | ({"%"} if re.search(r"%[sdrf]", text) else set())


def faults_of(message: Message, old: Message | None) -> Iterator[str]:
    """What is wrong with the Chinese of one sentence, in words."""
    if old is None or not forms(old.string):
        yield "no Chinese"
        return
    if old.fuzzy:
        yield "fuzzy"
    english = forms(message.id)[-1]
    for chinese in forms(old.string):
        if placeholders(chinese) != placeholders(english):
            yield f"placeholders differ: {chinese!r}"


def check(wanted: set[str] | None = None) -> list[str]:
    """Every fault of the catalogues, one line each; an empty list when the Chinese is complete.

    `wanted` limits the check to some packages; the test for contradictions needs all of them.
    """
    faults: list[str] = []
    chinese: dict[Key, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for package, code in extracted(wanted).items():
        if wanted is not None and package not in wanted:
            continue
        try:
            before = known(package)
        except (PoFileError, UnicodeDecodeError) as error:
            faults.append(f"{package}.po: cannot be read: {error}")
            continue
        english = messages_by_key(code)
        for key, message in english.items():
            faults += [f"{package}.po: {key[1]!r}: {fault}" for fault in faults_of(message, before.get(key))]
        faults += [f"{package}.po: {key[1]!r}: unused" for key in before if key not in english]
        for key, message in before.items():
            for text in forms(message.string)[:1]:
                chinese[key][text].append(package)
    for (_context, msgid), texts in sorted(chinese.items(), key=lambda item: item[0][1]):
        if len(texts) > 1:
            said = "; ".join(f"{text!r} in {', '.join(where)}" for text, where in texts.items())
            faults.append(f"{msgid!r}: said in two ways: {said}")
    strangers = {path.stem for path in po_file("x").parent.glob("*.po")} - set(packages()) - LIBRARIES
    return faults + [f"{name}.po: no such package" for name in sorted(strangers)]


def main(arguments: list[str]) -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.po", description=__doc__.splitlines()[0])
    parser.add_argument("package", nargs="*", help="one of: " + ", ".join(packages()))
    parser.add_argument("--all", action="store_true", help="update every package")
    parser.add_argument("--check", action="store_true", help="change nothing; list what is missing or wrong")
    options = parser.parse_args(arguments)
    unknown = set(options.package) - set(packages())
    if unknown or not (options.package or options.all or options.check):
        parser.error(f"unknown package: {', '.join(sorted(unknown))}" if unknown else "which package?")
    if options.check:
        faults = check(set(options.package) or None)
        print("\n".join(faults) if faults else "The Chinese is complete.")
        return 1 if faults else 0
    wanted = set(packages() if options.all else options.package)
    code = extracted(wanted)
    for package in sorted(wanted):
        total, missing = update(package, code[package])
        print(f"{package}: {total} sentences, {missing} without Chinese")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
