"""Handing mails to the mail server, many in one conversation, and saying exactly what became of each."""

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum, auto
from types import TracebackType
from urllib.parse import unquote, urlsplit

from audit_app.config import Settings

SECONDS = 20
"""Patience with each answer of the server."""


class Fate(Enum):
    """What became of a mail."""

    TAKEN = auto()
    """The server has taken it."""
    REFUSED = auto()
    """Refused for good (5xx to the address or the content): trying again cannot help."""
    LATER = auto()
    """Refused for now (4xx)."""
    AWAY = auto()
    """The server cannot be spoken to, or speaks to nobody: no other mail needs to be tried now."""
    UNCLEAR = auto()
    """The text was handed over and the answer was lost: the server may have taken it."""


@dataclass(frozen=True)
class Answer:
    """Fate and reason."""

    fate: Fate
    reason: str = ""


class Courier:
    """A conversation with the mail server of the settings; opened at the first mail, closed at the end."""

    def __init__(self, settings: Settings) -> None:
        self.target = urlsplit(settings.smtp_url)
        self.server: smtplib.SMTP | None = None

    def __enter__(self) -> "Courier":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self.server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self.server.quit()
        self._hang_up()

    def send(self, mail: EmailMessage, sender: str, receiver: str) -> Answer:
        """Hand over one mail. Never raises for what a server, a network or an address may do."""
        try:
            content = mail.as_bytes()
            receiver.encode("ascii")
        except ValueError as error:  # a header or an address that no mail can carry
            return Answer(Fate.REFUSED, _words(error))
        try:
            server = self._connected()
            envelope = self._envelope(server, sender, receiver)
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return Answer(Fate.AWAY, _words(error))
        return envelope or self._content(server, content)

    def _connected(self) -> smtplib.SMTP:
        if self.server is not None:
            return self.server
        secure = self.target.scheme == "smtps"
        kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
        host, port = self.target.hostname or "localhost", self.target.port or (465 if secure else 25)
        self.server = server = kind(host, port, timeout=SECONDS)
        server.ehlo_or_helo_if_needed()
        if not secure and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if self.target.username:
            server.login(unquote(self.target.username), unquote(self.target.password or ""))
        return server

    def _envelope(self, server: smtplib.SMTP, sender: str, receiver: str) -> Answer | None:
        """Sender and address; None when both are accepted. A refused sender would refuse every mail."""
        code, said = server.mail(sender)
        if code != 250:
            raise smtplib.SMTPResponseException(code, said)
        code, said = server.rcpt(receiver)
        if code in (250, 251):
            return None
        if code == 421:
            raise smtplib.SMTPResponseException(code, said)
        self._reset()
        return _refusal(code, said)

    def _content(self, server: smtplib.SMTP, content: bytes) -> Answer:
        try:
            code, said = server.data(content)
        except smtplib.SMTPDataError as error:  # before a word of the text was sent
            self._reset()
            return _refusal(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return Answer(Fate.UNCLEAR, _words(error))
        if code == 250:
            return Answer(Fate.TAKEN)
        self._reset()
        return _refusal(code, said)

    def _reset(self) -> None:
        try:
            if self.server is not None:
                self.server.rset()
        except (OSError, smtplib.SMTPException):
            self._hang_up()

    def _hang_up(self) -> None:
        """Let go without a word: a server that does not answer would only be waited for again."""
        server, self.server = self.server, None
        if server is not None:
            server.close()


def _refusal(code: int, said: bytes | str) -> Answer:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    fate = Fate.REFUSED if 500 <= code < 600 else Fate.LATER
    return Answer(fate, " ".join(f"{code} {words}".split()))


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _refusal(error.smtp_code, error.smtp_error).reason
    return " ".join(f"{type(error).__name__}: {error}".split())
