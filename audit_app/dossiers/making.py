"""A dossier as a ZIP on disk: one document at a time, so that memory does not grow with the number of
audits."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from flask_babel import gettext as _

from audit_app.accounts.language import LOCALES
from audit_app.accounts.models import Person
from audit_app.core.clock import local, now
from audit_app.core.db import db
from audit_app.dossiers import chain, contents, index, numbers, prepared
from audit_app.dossiers.chain import Chain, Reported
from audit_app.dossiers.dates import day
from audit_app.dossiers.items import Doc, Entry
from audit_app.exports.values import speaking
from audit_app.programme import queries as programmes
from audit_app.programme.models import AuditState
from audit_app.reviews import queries as reviews

Tick = Callable[[int, int, str], None]
"""Told before each audit and review: how many are done, how many there are, which one is next."""


@dataclass
class Making:
    """A ZIP being written."""

    archive: ZipFile
    entries: list[Entry] = field(default_factory=list)
    chain: Chain = field(default_factory=Chain)
    reported: list[Reported] = field(default_factory=list)
    verified: dict[str, list[tuple[str, datetime, date | None]]] = field(default_factory=dict)
    paths: set[str] = field(default_factory=set)

    def put(self, docs: Iterable[Doc]) -> None:
        """Render and store documents, one file after another."""
        for doc in docs:
            if not doc.files:
                self.entries.append(Entry(doc, title=doc.title))
            for extension, make in doc.files.items():
                path = doc.path(extension)
                if path not in self.paths:  # a certificate is named by each audit, and lies here once
                    self.paths.add(path)
                    self.store(doc, path, make())

    def store(self, doc: Doc, path: str, content: bytes) -> None:
        """One file, and its line in the index. What rendered it is forgotten."""
        self.write(path, content)
        bare = Doc(doc.kind, doc.subject, doc.code, doc.version, doc.dated)
        self.entries.append(Entry(bare, path, hashlib.sha256(content).hexdigest(), len(content), doc.title))

    def write(self, path: str, content: bytes) -> None:
        """One file of the ZIP, dated now."""
        at = local(now())
        info = ZipInfo(path, (at.year, at.month, at.day, at.hour, at.minute, at.second))
        info.compress_type = ZIP_DEFLATED
        self.archive.writestr(info, content)


def of_year(year: int, language: str, out: IO[bytes], tick: Tick, *, to: Person) -> None:
    """The dossier of a year into an open file. Raises :class:`NotVisible`."""
    programme = programmes.programme_of(year, to=to)
    audits = contents.audits_of_year(programme, to=to)
    met = contents.reviews_of_year(year, to=to)
    with speaking(LOCALES[language]), ZipFile(out, "w") as archive:
        making = Making(archive)
        making.put(prepared.of_programme(programme, to=to))
        _audits_and_reviews(making, audits, met, language, tick, to)
        reports = {each.doc.code for each in making.entries if each.doc.kind == "nc_report"}
        making.put(numbers.without_report(programme, reports, to=to))
        if not met:
            _no_review(making, str(year), _("No management review is planned in %(year)s.", year=year))
        _index(making, programme.title, f"{programme.code}-INDEX", to)


def of_audit(audit_id: int, language: str, out: IO[bytes], tick: Tick, *, to: Person) -> None:
    """The dossier of one audit into an open file. Raises :class:`NotVisible`."""
    audit = programmes.get(audit_id, to=to)
    met = contents.review_after(audit, to=to)
    with speaking(LOCALES[language]), ZipFile(out, "w") as archive:
        making = Making(archive)
        making.put([prepared.in_force(audit, to=to)])
        _audits_and_reviews(making, [audit_id], met, language, tick, to)
        if not met:
            _no_review(making, audit.code, _("No management review has been planned after this audit yet."))
        _index(making, f"{audit.code} {audit.title}", f"{audit.code}-INDEX", to)


def _audits_and_reviews(
    making: Making, audits: list[int], met: list[int], language: str, tick: Tick, to: Person
) -> None:
    whole = len(audits) + len(met)
    for place, audit_id in enumerate(audits):
        audit = programmes.get(audit_id, to=to)
        tick(place, whole, audit.code)
        making.put(contents.of_audit(audit, language, to=to))
        found = contents.nonconformities(audit, to=to)
        chain.of_audit(making.chain, audit, found)
        chain.of_certification(making.chain, audit, to=to)
        making.verified[audit.code] = chain.verifications(found)
        if not audit.external and audit.state is not AuditState.CANCELLED:
            making.reported.append((audit.code, day(audit.reported_at), audit.ends_on))
        del audit, found
        db.session.expire_all()  # what the next audit needs is read afresh; what this one held can go
    for place, review_id in enumerate(met, len(audits)):
        review = reviews.get(review_id, to=to)
        tick(place, whole, review.code)
        making.put(contents.of_review(review, language, to=to))
        chain.of_review(making.chain, review, making.reported, making.verified)
    tick(whole, whole, "")


def _no_review(making: Making, subject: str, reason: str) -> None:
    kinds = ("review_plan", "review_inputs", "minutes", "review_report", "follow_up")
    making.put(Doc(kind, subject, "–", reason=reason) for kind in kinds)


def _index(making: Making, subject: str, code: str, to: Person) -> None:
    entries = sorted(
        making.entries, key=lambda each: (each.doc.number, each.doc.subject, each.doc.code, each.path)
    )
    name: Any = index.title()
    making.write(f"00 {name}.pdf", index.on_paper(subject, code, entries, making.chain, to.name))
    making.write(f"00 {name}.xlsx", index.as_book(subject, code, entries, making.chain))
