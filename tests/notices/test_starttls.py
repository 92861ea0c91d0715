"""Mail over a real STARTTLS handshake: nothing of it is said in clear, whatever the server does."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.kernel.config_outward import MailServer as Known
from dispatch.notices.channels import NotNow
from dispatch.notices.mail import MailChannel
from tests.notices import tls_sink
from tests.notices.certificates import certificate

WORDS = "【12345】您的诉求已受理。"
PASSWORD = "not-to-be-heard"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is taken for one on another machine."""
    monkeypatch.setattr(Known, "is_local", False)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tls_sink.MailServer]:
    context, _trusted = certificate(tmp_path)
    with tls_sink.MailServer(tls_sink.Mood(context)) as made:
        yield made
        made.shutdown()


def send(server: tls_sink.MailServer) -> str | None:
    channel = MailChannel(Known("localhost", server.port, False, "hotline", PASSWORD), "12345@city.example")
    return channel.send(to="wang@mail.example", text=WORDS, key="7-1")


def test_arrive_under_cover_when_the_certificate_is_trusted(
    server: tls_sink.MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "localhost-trusted.pem"))
    assert send(server) == "<7-1@city.example>"
    assert server.mood.in_clear() == {"EHLO", "STARTTLS"}
    heard = server.mood.under_cover()
    login = base64.b64encode(f"\0hotline\0{PASSWORD}".encode()).decode()
    assert f"AUTH PLAIN {login}" in heard
    assert any(line.upper().startswith("RCPT TO:<WANG@MAIL.EXAMPLE>") for line in heard)
    assert WORDS in heard


def test_say_nothing_but_why_when_nobody_vouches_for_the_certificate(server: tls_sink.MailServer) -> None:
    with pytest.raises(NotNow, match=r"mail: certificate refused .*self-signed"):
        send(server)
    assert server.mood.in_clear() == {"EHLO", "STARTTLS"}
    assert server.mood.under_cover() == []


def test_say_nothing_but_why_when_the_certificate_is_for_another_host(
    server: tls_sink.MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.mood.context, trusted = certificate(tmp_path, "other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with pytest.raises(NotNow, match=r"mail: certificate refused .*[Hh]ostname"):
        send(server)
    assert server.mood.in_clear() == {"EHLO", "STARTTLS"}
    assert server.mood.under_cover() == []


def test_say_nothing_in_clear_when_the_server_takes_its_offer_back(server: tls_sink.MailServer) -> None:
    server.mood.refuses = True
    with pytest.raises(NotNow, match="mail: 454"):
        send(server)
    assert server.mood.in_clear() <= set(tls_sink.PLAIN)
    assert server.mood.under_cover() == []
