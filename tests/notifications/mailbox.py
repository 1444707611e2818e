"""A real mail server on this machine that keeps what arrives, and can misbehave as real ones do."""

import asyncio
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from audit_app.notifications.letters import Links

LINKS = Links(
    lambda notice: f"https://audit.test/{notice.subject_kind}/{notice.subject_id}",
    "https://audit.test/notices",
    "https://audit.test/notices/settings",
)
ITEM = re.compile(r"^■ (.*?)$(.*?)^  (https?://\S+)$", re.M | re.S)


@dataclass
class Mailbox:
    """Keeps mails. ``refuse`` maps addresses to replies to RCPT; ``at_data`` is the reply to the text;
    ``lose_answers``: so many mails are taken and the connection is cut before the answer."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    at_data: str = "250 OK"
    lose_answers: int = 0
    cut: bool = False
    tried: int = 0

    @property
    def url(self) -> str:
        """What SMTP_URL holds."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(
        self, server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        self.tried += 1
        if self.at_data.startswith("250") and not self.cut:
            self.mails.append(message_from_bytes(envelope.content, policy=default))
        if self.lose_answers or self.cut:
            self.lose_answers = max(0, self.lose_answers - 1)
            server.transport.abort()
            await asyncio.sleep(0)
        return self.at_data

    def items(self) -> list[tuple[str, str, str]]:
        """(address, title, link) of every thing told in every mail."""
        return [
            (mail["To"], title, link)
            for mail in self.mails
            for title, _words, link in ITEM.findall(text_of(mail))
        ]


def text_of(mail: EmailMessage) -> str:
    """The words of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@contextmanager
def opened() -> Iterator[Mailbox]:
    """A mail server on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        box = Mailbox(probe.getsockname()[1])
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
