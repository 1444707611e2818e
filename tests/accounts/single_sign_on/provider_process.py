"""A real OpenID provider, in a process of its own: the package oidc-provider-mock behind uvicorn."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import requests


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


class Provider:
    """The provider as an organisation has it: its address, its people, and a person who agrees or not."""

    def __init__(self, url: str) -> None:
        self.url = url

    def put(self, subject: str, **claims: Any) -> None:
        """Tell the provider who somebody is."""
        requests.put(f"{self.url}/users/{subject}", json=claims, timeout=5).raise_for_status()

    def agree(self, address: str, subject: str) -> str:
        """Do what a person does on the provider's page; the address to which it sends the browser."""
        return self._answer(address, {"sub": subject})

    def deny(self, address: str) -> str:
        return self._answer(address, {"action": "deny"})

    def _answer(self, address: str, form: dict[str, str]) -> str:
        reply = requests.post(address, data=form, allow_redirects=False, timeout=5)
        assert reply.status_code == 302, reply.text
        return reply.headers["Location"]


@contextmanager
def running(options: Sequence[str] = ()) -> Iterator[Provider]:
    """Start it on 127.0.0.1, wait until it answers, stop it at the end."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--host",
        "127.0.0.1",
        *options,
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            for _try in range(200):
                try:
                    issuer = requests.get(f"{url}/.well-known/openid-configuration", timeout=1).json()[
                        "issuer"
                    ]
                    break
                except requests.ConnectionError:
                    assert process.poll() is None, "the provider ended at once"
                    time.sleep(0.1)
            assert issuer == url, json.dumps(issuer)
            yield Provider(url)
        finally:
            process.terminate()
            process.wait(10)
