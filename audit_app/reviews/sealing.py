"""The organisation's key for the PDFs of a pack: whether there is one, and what it signs."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audit_app.config import Settings
from audit_app.core.errors import Refused
from audit_app.exports import pades
from audit_app.exports.values import speaking
from audit_app.reviews.pack import Sealing
from audit_app.trail import services as trail

TROUBLES: dict[str, Any] = {
    "missing": _l("the file is not there"),
    "passphrase": _l("the passphrase does not open the file"),
    "broken": _l("the file is no PKCS#12 file with a key and its certificate"),
    "early": _l("the certificate is not valid yet"),
    "expired": _l("the certificate has expired"),
    "stamp": _l("the time stamp authority did not answer"),
}


def _settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


def key() -> pades.Key | None:
    """The configured key; None where none is. Raises :class:`Refused` when it cannot be used."""
    settings = _settings()
    file = settings.signing_file
    if file is None:
        return None
    try:
        return pades.open_key(file, settings.signing_passphrase or settings.key())
    except pades.KeyTrouble as trouble:
        raise refused(trouble) from trouble


def refused(trouble: pades.KeyTrouble) -> Refused:
    """What is wrong with the key, in words."""
    return Refused(
        _l(
            "The key that signs PDFs cannot be used: %(why)s. Nothing was approved. Whoever runs this system "
            "finds the settings in docs/operate.md.",
            why=TROUBLES[trouble.why],
        )
    )


def sealing() -> Sealing | None:
    """The certificate that will stand on the pack; None where PDFs stay unsigned. Raises :class:`Refused`."""
    found = key()
    if found is None:
        return None
    one = found.certificate
    return Sealing(one.name, one.fingerprint, one.ends)


def sign(pdf: bytes, *, name: str, meaning: str, code: str, at: Any, locale: str) -> bytes:
    """A PDF with the organisation's signature, or as it is without a key. Raises :class:`Refused`.

    ``name``, ``meaning``: who approved, and what it means; they stand in the signature as its reason.
    """
    found = key()
    if found is None:
        return pdf
    with speaking(locale):
        reason = _("%(code)s: %(meaning)s, %(name)s", code=code, meaning=meaning, name=name)
    try:
        return pades.sign(
            pdf, found, at=at, name=found.certificate.name, reason=reason,
            stamp_url=_settings().signing_timestamp_url,
        )  # fmt: skip
    except pades.KeyTrouble as trouble:
        raise refused(trouble) from trouble


def make_own(name: str, organisation: str, *, begins: datetime, years: int = pades.YEARS) -> Path:
    """A self-made key in the data folder, opened by the secret key; its path.

    ``name``: who the certificate names, in any script; ``begins``: first moment of its ``years``. The caller
    commits the line of the trail. Raises :class:`Refused` where there is a key already.
    """
    settings = _settings()
    path = settings.data_dir / "signing.p12"
    if settings.signing_file is not None:
        raise Refused(_l("There is a key already: %(path)s", path=str(settings.signing_file)))
    made = pades.make_key(name, organisation, settings.key(), begins=begins, years=years)
    trail.note_of_system("review.key_made", text=name)  # should the file fail, the caller commits nothing
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(made)
    return path
