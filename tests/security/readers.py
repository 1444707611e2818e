"""Reads what is sent as its reader's program would, and says what in it would run, load, lead away or calculate."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import html5lib
import pypdf
from icalendar import Calendar
from openpyxl import load_workbook

from audit_app.exports.csv import DANGEROUS
from audit_app.exports.xlsx_text import RISKY
from tests.security.wide import pieces

HOME = "http://localhost/"
SEEN = re.compile(r"zx(\d+)z")
NEVER = {"iframe", "frame", "frameset", "object", "embed", "applet", "base", "math", "marquee", "plaintext", "xmp", "listing", "image",
         "style", "video", "audio", "isindex", "foreignObject", "animate", "set"}  # fmt: skip
"""Elements that no page of ours has."""
LEADS = {
    "href",
    "src",
    "action",
    "formaction",
    "xlink:href",
    "poster",
    "data",
    "background",
    "ping",
    "srcset",
    "cite",
    "hx-get",
    "hx-post",
}
COMPUTED = "1787569"
"""1337 × 1337, which only a template that reads what people typed would have worked out."""
ACTIVE = {"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData",
          "/RichMedia", "/Movie", "/Sound", "/XFA", "/AA"}  # fmt: skip
CALENDAR_PARTS = {"VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT"}
CALENDAR_NEVER = {"ATTACH", "ALARM", "X-ALT-DESC", "BCC"}


def page(text: str) -> Iterator[str]:
    """Faults of an HTML page or piece of one."""
    tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(text)
    for each in tree.iter():
        if not isinstance(each.tag, str):
            if "zx" in (each.text or ""):
                yield f"a remark holds {each.text!r:.80}"
            continue
        yield from _element(each)
    if COMPUTED in text:
        yield "a template was worked out"


def _element(each: Any) -> Iterator[str]:
    tag = each.tag.rpartition("}")[2]
    if tag in NEVER:
        yield f"<{tag}>"
    if tag == "meta" and each.get("http-equiv"):
        yield "<meta http-equiv>"
    if tag == "script" and not each.get("src") and each.get("type") != "application/json":
        yield "a script of its own"
    for name, value in each.attrib.items():
        plain = str(name).rpartition("}")[2]
        if (
            plain.startswith(("on", "hx-on"))
            or plain in ("style", "srcdoc")
            or "zx" in plain
            or "alert(" in plain
        ):
            yield f"<{tag} {plain}={value[:60]!r}>"
        if plain in LEADS and (wrong := leads_away(value)):
            yield f"<{tag} {plain}={wrong!r}>"


def leads_away(value: str, home: str = HOME) -> str:
    """The address, if it leads out of this site or runs something; else nothing."""
    target = urlsplit(urljoin(home, value.strip().replace("\\", "/")))
    here = target.scheme in ("http", "https") and target.netloc == urlsplit(home).netloc
    drawn = value.startswith("data:image/png;base64,")
    return "" if here or drawn else value


def workbook(content: bytes) -> Iterator[str]:
    """Faults of a workbook: a formula, a text that would become one when edited, a link to elsewhere."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if "externalLink" in name or "vbaProject" in name or "embeddings" in name:
                yield name
            if name.endswith(".rels") and b'TargetMode="External"' in archive.read(name):
                yield f"{name} leads out of the file"
    for sheet in load_workbook(io.BytesIO(content)):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield f"{sheet.title}!{cell.coordinate} is a formula: {cell.value}"
                if isinstance(cell.value, str) and cell.value.startswith(RISKY) and not cell.quotePrefix:
                    yield f"{sheet.title}!{cell.coordinate} is not quoted: {cell.value[:60]!r}"


def table(text: str) -> Iterator[str]:
    """Faults of a CSV file: a field that a spreadsheet would calculate."""
    for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")):
        for value in row:
            number = re.fullmatch(r"-?[0-9.]+", value)
            if value.startswith(tuple(each for each in DANGEROUS if each != "'")) and not number:
                yield f"not guarded: {value[:60]!r}"


def paper(content: bytes, home: str = "") -> Iterator[str]:
    """Faults of a PDF: an address, a script, a file in it, something that starts by itself. What its readers see, too."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    for number in sorted(reader.xref[0]) if 0 in reader.xref else []:
        yield from _thing(reader.get_object(number), home)
    for packed in reader.xref_objStm:
        yield from _thing(reader.get_object(packed), home)


def _thing(thing: Any, home: str) -> Iterator[str]:
    if isinstance(thing, dict):
        for key, value in thing.items():
            if key in ACTIVE or (key == "/S" and str(value) in ACTIVE):
                yield f"{key} {value!r:.60}"
            if key == "/URI" and not (home and str(value).startswith(home)):
                yield f"/URI {value!r:.60}"
            if key == "/F" and isinstance(value, str):
                yield f"a file of elsewhere: {value[:60]}"
            yield from _thing(value if not isinstance(value, pypdf.generic.IndirectObject) else None, home)
    elif isinstance(thing, list | tuple):
        for value in thing:
            yield from _thing(value if not isinstance(value, pypdf.generic.IndirectObject) else None, home)


def calendar(text: str) -> Iterator[str]:
    """Faults of a calendar: a part or a property that is not ours, a line that somebody's text began."""
    for part in Calendar.from_ical(text).walk():
        if part.name not in CALENDAR_PARTS:
            yield f"BEGIN:{part.name}"
        for name, value in part.property_items(recursive=False):
            if name in CALENDAR_NEVER or (name == "URL" and "evil" in str(value)):
                yield f"{name}:{value}"


def faults(media: str, content: bytes, inside: str = "") -> Iterator[str]:
    """What is wrong with a reply, by its kind; archives are opened."""
    found: Iterator[str] = iter(())
    if content[:4] == b"PK\x03\x04" and "sheet" not in media:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                ending = name.rpartition(".")[2]
                kind = {
                    "xlsx": "sheet",
                    "pdf": "application/pdf",
                    "csv": "text/csv",
                    "ics": "text/calendar",
                }.get(ending, "")
                for fault in faults(kind, archive.read(name), name):
                    yield f"{name}: {fault}"
        return
    if "sheet" in media:
        found = workbook(content)
    elif media == "application/pdf":
        found = paper(content)
    elif media == "text/html":
        found = page(content.decode())
    elif media == "text/csv":
        found = table(content.decode())
    elif media == "text/calendar":
        found = calendar(content.decode())
    yield from found


def words(media: str, content: bytes) -> str:
    """Everything that can be read in a reply."""
    return " ".join(piece for _inside, piece in pieces(content)) if media != "text/html" else content.decode()
