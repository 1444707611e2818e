"""A PAdES signature in a finished PDF (ETSI EN 319 142-1, level B-B; B-T with a time stamp authority).

The key is a PKCS#12 file. pyHanko writes and checks the signature and is loaded with the first one. Nothing
here asks the network, except the time stamp authority where one is set.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

FIELD = "Approval"
"""Name of the signature field in the PDF."""
RESERVED = 16_384
"""Bytes kept free for the signature, so that it need not be made twice to learn its length."""
YEARS = 3
"""Life of a self-made certificate, in years."""


class KeyTrouble(Exception):
    """The key cannot be used. ``why``: missing, passphrase, broken, early, expired, stamp."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Certificate:
    """Who a key belongs to: name, SHA-256 (hex) of the certificate, first and last moment of its life."""

    name: str
    fingerprint: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Key:
    """A key that signs, with its certificate."""

    signer: Any
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Seal:
    """What a signature in a PDF says. ``intact``: the bytes it covers are those that were signed; ``whole``:
    it covers the file to its last byte; ``stamped``: a time stamp authority says the time.
    """

    certificate: Certificate
    at: datetime | None
    intact: bool
    whole: bool
    stamped: bool = False

    @property
    def sound(self) -> bool:
        """Nothing was changed and nothing added."""
        return self.intact and self.whole


def _finished(work: Coroutine[Any, Any, T]) -> T:
    """What pyHanko's asynchronous work returns, also where this thread already turns an event loop.

    Its own synchronous door calls ``asyncio.run``, which such a thread (of an asynchronous server, or beside
    a driven browser) refuses; a thread of its own always may.
    """
    with ThreadPoolExecutor(1, "pades") as alone:
        return alone.submit(asyncio.run, work).result()


def open_key(path: Path, passphrase: str) -> Key:
    """The key of a PKCS#12 file. Raises :class:`KeyTrouble`: missing, passphrase or broken."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise KeyTrouble("missing") from error
    return _opened(path, passphrase, changed)


@lru_cache(maxsize=4)
def _opened(path: Path, passphrase: str, _changed: int) -> Key:
    from cryptography.hazmat.primitives.serialization import pkcs12
    from pyhanko.sign.signers import SimpleSigner

    data = path.read_bytes()
    try:
        pkcs12.load_pkcs12(data, passphrase.encode())
        signer = SimpleSigner.load_pkcs12_data(data, other_certs=[], passphrase=passphrase.encode())
    except ValueError as error:
        raise KeyTrouble("passphrase" if "password" in str(error).lower() else "broken") from error
    if signer is None or signer.signing_cert is None:
        raise KeyTrouble("broken")
    return Key(signer, _certificate(signer.signing_cert))


def _certificate(found: Any) -> Certificate:
    validity = found["tbs_certificate"]["validity"]
    names = found.subject.native
    name = names.get("common_name") or names.get("organization_name") or found.subject.human_friendly
    name = name if isinstance(name, str) else ", ".join(name)
    return Certificate(name, found.sha256.hex(), validity["not_before"].native, validity["not_after"].native)


def sign(pdf: bytes, key: Key, *, at: datetime, name: str, reason: str, stamp_url: str = "") -> bytes:
    """``pdf`` with a signature over all its bytes, added as an incremental update.

    ``name`` and ``reason`` (any script) are what a reader shows beside it; ``at`` is the time it claims,
    checked against the life of the certificate. Raises :class:`KeyTrouble`: early, expired, or stamp when the
    authority cannot be had.
    """
    if not key.certificate.begins <= at <= key.certificate.ends:
        raise KeyTrouble("early" if at < key.certificate.begins else "expired")
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
    from pyhanko.sign.timestamps import HTTPTimeStamper

    told = PdfSignatureMetadata(
        field_name=FIELD, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256", name=name, reason=reason
    )

    class At(PdfSigner):
        """Says the moment it was given, in UTC, instead of asking the clock and time zone of the machine."""

        def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
            """The session, with that moment."""
            session = super().init_signing_session(*args, **kwargs)
            session.system_time = at.astimezone(UTC).replace(microsecond=0)
            return session

    stamper = HTTPTimeStamper(stamp_url) if stamp_url else None
    try:
        made = _finished(
            At(told, signer=key.signer, timestamper=stamper).async_sign_pdf(
                IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=RESERVED * (2 if stamper else 1)
            )
        )
    except OSError as error:  # of the network; that of pyHanko's time stamps is one too
        raise KeyTrouble("stamp") from error
    return bytes(made.getbuffer())


def check(pdf: bytes) -> Seal | None:
    """What the last signature of a PDF says; None for a file without one, or that is no PDF.

    Whether the certificate belongs to whom it names is for the caller: compare its fingerprint.
    """
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    try:
        found = PdfFileReader(BytesIO(pdf), strict=False).embedded_signatures
        if not found:
            return None
        one = found[-1]
        context = ValidationContext(trust_roots=[one.signer_cert], allow_fetching=False)
        status = _finished(async_validate_pdf_signature(one, context))
    except (PdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        # A torn or hostile file: pyHanko has no single exception for what is not a PDF any more.
        return None
    except Exception as error:  # its own errors of validation share no base class
        if not type(error).__module__.startswith(("pyhanko", "asn1crypto", "cryptography")):
            raise
        return None
    return Seal(
        _certificate(one.signer_cert),
        status.signer_reported_dt,
        bool(status.intact and status.valid),
        status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        status.timestamp_validity is not None,
    )


def make_key(name: str, organisation: str, passphrase: str, *, begins: datetime, years: int = YEARS) -> bytes:
    """A self-made key and certificate as PKCS#12, for a demo or a house without a certificate of its own.

    ECDSA P-256; ``name`` may be in any script (at most 64 characters, X.520).
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    parts = ((NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, name))
    subject = x509.Name([x509.NameAttribute(kind, text[:64]) for kind, text in parts if text])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    ) | dict.fromkeys(("encipher_only", "decipher_only"), False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins.astimezone(UTC))
        .not_valid_after(begins.astimezone(UTC) + timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .sign(key, SHA256())
    )
    locked = BestAvailableEncryption(passphrase.encode())
    return pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, None, locked)
