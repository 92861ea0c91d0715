"""SMS and mail against real servers: what arrives, and what each kind of refusal means."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from dispatch.access.vault import Reporter
from dispatch.kernel.config_outward import MailServer
from dispatch.notices.channels import Never, NotNow, way_to
from dispatch.notices.mail import MailChannel
from dispatch.notices.sms import SmsChannel
from tests.notices.certificates import certificate
from tests.notices.conftest import TOKEN, Sink
from tests.notices.sink import Gateway

PHONE = "+8613800138000"


def send(channel: SmsChannel | MailChannel, to: str = PHONE, key: str = "7-1") -> str | None:
    return channel.send(to=to, text="【12345】您的诉求已受理。", key=key)


def test_hand_over_number_text_and_key_when_the_gateway_is_well(sink: Sink) -> None:
    assert send(SmsChannel(sink.sms_url, TOKEN)) == "gateway-7-1"
    (arrived,) = sink.arrived()
    assert (arrived["id"], arrived["key"], arrived["to"]) == ("7-1", "7-1", PHONE)
    assert arrived["text"] == "【12345】您的诉求已受理。"
    assert arrived["token"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("mood", ["500", "503", "429", "401", "409", "drop"])
def test_try_again_later_when_the_gateway_may_mend(sink: Sink, mood: str) -> None:
    sink.meet_next_with(mood)
    with pytest.raises(NotNow, match="gateway") as caught:
        send(SmsChannel(sink.sms_url, TOKEN))
    assert "138" not in str(caught.value)
    assert send(SmsChannel(sink.sms_url, TOKEN)) == "gateway-7-1"


@pytest.mark.parametrize("mood", ["400", "422"])
def test_give_up_when_the_gateway_refuses_the_message(sink: Sink, mood: str) -> None:
    sink.meet_next_with(mood)
    with pytest.raises(Never, match=mood):
        send(SmsChannel(sink.sms_url, TOKEN))


def test_take_the_token_nowhere_when_the_gateway_sends_us_elsewhere(sink: Sink) -> None:
    sink.meet_next_with("302")
    with pytest.raises(NotNow, match="302"):
        send(SmsChannel(sink.sms_url, TOKEN))
    assert len(sink.arrived()) == 1


def test_wait_no_longer_than_told_when_the_gateway_is_slow(sink: Sink) -> None:
    sink.meet_next_with("slow")
    with pytest.raises(NotNow, match="TimeoutError"):
        send(SmsChannel(sink.sms_url, TOKEN, timeout=0.3))


def test_try_again_later_when_nobody_listens() -> None:
    with pytest.raises(NotNow, match="ConnectionRefusedError"):
        send(SmsChannel("http://127.0.0.1:1/send", TOKEN))
    with pytest.raises(NotNow, match="ConnectionRefusedError"):
        send(MailChannel(MailServer("127.0.0.1", 1, False, None, None), "12345@city.example"), "a@b.example")


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A gateway with a certificate that nobody vouches for: its port, and the certificate."""
    context, trusted = certificate(tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], trusted
    server.shutdown()
    server.server_close()


def test_tell_nothing_when_the_certificate_is_not_trusted(
    impostor: tuple[int, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.notices.sink.Place.folder", tmp_path)
    port, trusted = impostor
    with pytest.raises(NotNow, match="SSLCertVerificationError"):
        send(SmsChannel(f"https://localhost:{port}/send", TOKEN))
    assert not (tmp_path / "arrived").exists()
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    assert send(SmsChannel(f"https://localhost:{port}/send", TOKEN)) == "gateway-7-1"


def test_hand_over_a_mail_when_the_server_is_well(sink: Sink) -> None:
    channel = MailChannel(MailServer("127.0.0.1", sink.mail_port, False, None, None), "12345@city.example")
    assert send(channel, "wang@mail.example") == "<7-1@city.example>"
    (arrived,) = sink.arrived()
    assert (arrived["to"], arrived["key"]) == ("wang@mail.example", "<7-1@city.example>")
    assert arrived["text"] == "【12345】您的诉求已受理。"


@pytest.mark.parametrize(("mood", "error"), [("450", NotNow), ("550", Never)])
def test_tell_never_from_not_now_when_the_server_refuses_the_recipient(
    sink: Sink, mood: str, error: type[Exception]
) -> None:
    channel = MailChannel(MailServer("127.0.0.1", sink.mail_port, False, None, None), "12345@city.example")
    sink.meet_next_with(mood)
    with pytest.raises(error, match=mood):
        send(channel, "wang@mail.example")


def test_send_nothing_in_clear_when_a_server_elsewhere_offers_no_tls(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MailServer, "is_local", False)
    channel = MailChannel(MailServer("127.0.0.1", sink.mail_port, False, "user", "secret"), "12345@city.example")
    with pytest.raises(NotNow, match="SMTPNotSupportedError"):
        send(channel, "wang@mail.example")
    assert sink.arrived() == []


@pytest.mark.parametrize(
    ("reporter", "ways", "expected"),
    [
        (Reporter("王", PHONE), ("sms", "mail"), ("sms", PHONE)),
        (Reporter("王", PHONE, "a@b.example"), ("mail",), ("mail", "a@b.example")),
        (Reporter("王", "+861066123456", "a@b.example"), ("sms", "mail"), ("mail", "a@b.example")),
        (Reporter("王", "+861066123456"), ("sms", "mail"), ("in_app", "")),
        (Reporter("王", PHONE), (), ("in_app", "")),
        (Reporter("王"), ("sms", "mail"), ("in_app", "")),
    ],
)
def test_choose_the_way_when_a_caller_has_left_more_or_less(
    reporter: Reporter, ways: tuple[str, ...], expected: tuple[str, str]
) -> None:
    assert way_to(reporter, {way: SmsChannel("http://127.0.0.1:1/", TOKEN) for way in ways}) == expected
