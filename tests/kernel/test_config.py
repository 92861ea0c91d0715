"""Configuration by environment: what is asked for is got, and what is wrong is named."""

from __future__ import annotations

import base64
import os
import socket
import stat
from pathlib import Path

import pytest
from click import ClickException

from dispatch.kernel.config import VARIABLES, Config, ConfigError, environment_with_ringing
from dispatch.kernel.serve_cli import refuse_taken_socket

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(32)).decode()
SECRETS = {
    "HOTLINE_SECRET_KEY": "s" * 40,
    "HOTLINE_VAULT_KEYS": f"k2:{KEY},k1:{OTHER_KEY}",
    "HOTLINE_BLIND_INDEX_KEYS": f"1:{OTHER_KEY},2:{KEY}",
}


def configure(home: Path, **variables: str) -> Config:
    return Config.from_environment({"HOTLINE_HOME": str(home), **variables})


def test_read_uses_documented_defaults_when_nothing_is_set(tmp_path: Path) -> None:
    config = configure(tmp_path)
    assert (config.database_url, config.redis_url) == (None, None)
    assert (config.bind, config.bind_host, config.bind_port, config.workers) == (
        "127.0.0.1:12345",
        "127.0.0.1",
        12345,
        2,
    )
    assert (config.time_zone.key, config.clock, config.log_level, config.log_format) == (
        "Asia/Shanghai",
        "system",
        "INFO",
        "json",
    )
    assert config.cookie_secure is False
    assert config.warnings == ()


def test_read_takes_home_below_the_current_folder_when_unset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Config.from_environment({}).home == tmp_path.resolve() / "var"


def test_read_counts_an_empty_value_as_unset(tmp_path: Path) -> None:
    config = configure(tmp_path, HOTLINE_WORKERS="", HOTLINE_DATABASE_URL=" ")
    assert (config.workers, config.database_url) == (2, None)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HOTLINE_HOME", "~nobody-has-this-name/var"),
        ("HOTLINE_DATABASE_URL", "mysql://db/hotline"),
        ("HOTLINE_DATABASE_URL", "postgresql://db:hotline/x"),
        ("HOTLINE_DATABASE_URL", "postgresql://db.example"),
        ("HOTLINE_REDIS_URL", "localhost:6379"),
        ("HOTLINE_SECRET_KEY", "short"),
        ("HOTLINE_VAULT_KEYS", KEY),
        ("HOTLINE_VAULT_KEYS", "k1:not base64"),
        ("HOTLINE_VAULT_KEYS", "k1:c2hvcnQ="),
        ("HOTLINE_VAULT_KEYS", f"k1:{KEY},k1:{OTHER_KEY}"),
        ("HOTLINE_BLIND_INDEX_KEYS", f"one:{KEY}"),
        ("HOTLINE_BLIND_INDEX_KEYS", f"0:{KEY}"),
        ("HOTLINE_TIME_ZONE", "Asia/Peking"),
        ("HOTLINE_TIME_ZONE", "../etc/passwd"),
        ("HOTLINE_TIME_ZONE", "Asia"),
        ("HOTLINE_CLOCK", "fast"),
        ("HOTLINE_BIND", "12345"),
        ("HOTLINE_BIND", "127.0.0.1:70000"),
        ("HOTLINE_BIND", "127.0.0.1:0"),
        ("HOTLINE_TRUSTED_PROXIES", "10"),
        ("HOTLINE_WORKERS", "two"),
        ("HOTLINE_WORKERS", "0"),
        ("HOTLINE_WORKERS", "²"),
        ("HOTLINE_RINGING_BIND", "12346"),
        ("HOTLINE_RINGING_URL", "http://ring.example"),
        ("HOTLINE_RINGING_URL", "https://ring.example/desk"),
        ("HOTLINE_RINGING_STREAMS", "0"),
        ("HOTLINE_RINGING_STREAMS", "2001"),
        ("HOTLINE_EFFECTS_AT_ONCE", "0"),
        ("HOTLINE_EFFECTS_AT_ONCE", "501"),
        ("HOTLINE_PUBLIC_URL", "http://12345.example"),
        ("HOTLINE_PUBLIC_URL", "https://12345.example/?a=b"),
        ("HOTLINE_SMS_URL", "http://sms.example/send"),
        ("HOTLINE_SMS_URL", "ftp://127.0.0.1/send"),
        ("HOTLINE_SMS_URL", "https://user:secret@sms.example/send"),
        ("HOTLINE_SMS_URL", "https://sms.example:x/send"),
        ("HOTLINE_SMS_TOKEN", "two words"),
        ("HOTLINE_MAIL_URL", "mail.example:587"),
        ("HOTLINE_MAIL_URL", "smtp://user@mail.example"),
        ("HOTLINE_MAIL_FROM", "热线 <12345@mail.example>"),
        ("HOTLINE_LOG_LEVEL", "LOUD"),
        ("HOTLINE_LOG_FORMAT", "xml"),
        ("HOTLINE_COOKIE_SECURE", "maybe"),
        ("HOTLINE_SHARED_BUFFERS", "256"),
    ],
)
def test_read_names_variable_and_example_when_value_is_wrong(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        configure(tmp_path, **{variable: value}) if variable != "HOTLINE_HOME" else Config.from_environment(
            {variable: value}
        )
    assert refusal.value.variable == variable
    assert f"{variable}={VARIABLES[variable]}" in str(refusal.value)


@pytest.mark.parametrize("variable", ["HOTLINE_SECRET_KEY", "HOTLINE_VAULT_KEYS", "HOTLINE_DATABASE_URL"])
def test_read_never_repeats_a_secret_when_value_is_wrong(tmp_path: Path, variable: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        configure(tmp_path, **{variable: "x://u:Hunter2@["})
    assert "Hunter2" not in str(refusal.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_read_completes_driver_when_database_address_is_plain(tmp_path: Path, scheme: str) -> None:
    config = configure(tmp_path, HOTLINE_DATABASE_URL=f"{scheme}://u:p@db.example/hotline", **SECRETS)
    assert config.database_url == "postgresql+psycopg://u:p@db.example/hotline"


@pytest.mark.parametrize("missing", sorted(SECRETS))
def test_read_demands_secrets_when_database_is_external(tmp_path: Path, missing: str) -> None:
    given = {name: value for name, value in SECRETS.items() if name != missing}
    with pytest.raises(ConfigError) as refusal:
        configure(tmp_path, HOTLINE_DATABASE_URL="postgresql://db/hotline", **given)
    assert refusal.value.variable == missing
    assert not list(tmp_path.iterdir())


def test_read_keeps_order_and_versions_of_keys(tmp_path: Path) -> None:
    config = configure(tmp_path, **SECRETS)
    assert list(config.vault_keys.items()) == [("k2", bytes(range(32))), ("k1", bytes(32))]
    assert dict(config.blind_index_keys) == {1: bytes(32), 2: bytes(range(32))}


def test_read_makes_secrets_once_and_for_their_owner_alone_when_embedded(tmp_path: Path) -> None:
    old_mask = os.umask(0)
    try:
        first = configure(tmp_path)
    finally:
        os.umask(old_mask)
    assert configure(tmp_path) == first
    assert configure(tmp_path / "other").secret_key != first.secret_key
    files = list((tmp_path / "secrets").iterdir())
    assert sorted(file.name for file in files) == ["blind_index_keys", "secret_key", "vault_keys"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_read_refuses_new_vault_keys_when_the_database_of_the_old_ones_exists(tmp_path: Path) -> None:
    configure(tmp_path)
    (tmp_path / "postgresql-18" / "data").mkdir(parents=True)
    (tmp_path / "postgresql-18" / "data" / "PG_VERSION").write_text("18\n")
    (tmp_path / "secrets" / "vault_keys").unlink()
    with pytest.raises(ConfigError, match="HOTLINE_VAULT_KEYS"):
        configure(tmp_path)


def test_repr_hides_every_secret(tmp_path: Path) -> None:
    config = configure(
        tmp_path,
        HOTLINE_DATABASE_URL="postgresql://u:Hunter2@db/hotline",
        HOTLINE_REDIS_URL="redis://:Hunter3@redis",
        **SECRETS,
    )
    shown = f"{config!r} {config}"
    assert "Hunter" not in shown
    assert "s" * 40 not in shown
    assert repr(bytes(range(32))) not in shown


def test_read_warns_with_nearest_name_when_variable_is_unknown(tmp_path: Path) -> None:
    config = configure(tmp_path, HOTLINE_WORKER="4", HOTLINE_SHARED_DATA="x")
    [warning] = config.warnings
    assert "HOTLINE_WORKER:" in warning
    assert "HOTLINE_WORKERS" in warning


def test_put_the_ringing_desks_beside_the_console_when_nothing_is_said(tmp_path: Path) -> None:
    assert configure(tmp_path).ringing_bind == "127.0.0.1:12346"
    assert configure(tmp_path, HOTLINE_BIND="[::1]:65535").ringing_bind == "[::1]:65534"
    alone = environment_with_ringing({"A": "b"}, configure(tmp_path))
    assert alone == {"A": "b", "HOTLINE_RINGING_URL": "http://127.0.0.1:12346"}
    set_by_hand = {"HOTLINE_RINGING_URL": "http://127.0.0.1:9"}
    assert environment_with_ringing(set_by_hand, configure(tmp_path)) == set_by_hand
    behind_a_proxy = configure(tmp_path, HOTLINE_PUBLIC_URL="https://12345.example")
    assert environment_with_ringing({}, behind_a_proxy) == {}, "the proxy sends the path on"


def test_read_warns_when_plain_cookies_leave_the_machine(tmp_path: Path) -> None:
    assert "HOTLINE_COOKIE_SECURE" in configure(tmp_path, HOTLINE_BIND="0.0.0.0:80").warnings[0]
    assert not configure(tmp_path, HOTLINE_BIND="0.0.0.0:80", HOTLINE_COOKIE_SECURE="true").warnings
    assert not configure(tmp_path, HOTLINE_BIND="[::1]:80").warnings


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"HOTLINE_SMS_URL": "https://sms.example/send"}, "HOTLINE_SMS_TOKEN"),
        ({"HOTLINE_MAIL_URL": "smtps://user:secret@mail.example"}, "HOTLINE_MAIL_FROM"),
    ],
)
def test_read_names_what_is_missing_when_a_way_out_is_half_configured(
    tmp_path: Path, given: dict[str, str], missing: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        configure(tmp_path, **given)
    assert caught.value.variable == missing
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_read_takes_the_token_from_its_file_when_the_variable_is_unset(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "sms_token").write_text("token-of-the-gateway\n")
    config = configure(tmp_path, HOTLINE_SMS_URL="https://sms.example/send/")
    assert (config.sms_url, config.sms_token) == ("https://sms.example/send", "token-of-the-gateway")
    assert "token-of" not in repr(config)


def test_read_hides_the_password_when_a_mail_server_is_given(tmp_path: Path) -> None:
    url = "smtp://user:p%40ss-word@mail.example"
    config = configure(tmp_path, HOTLINE_MAIL_URL=url, HOTLINE_MAIL_FROM="12345@mail.example")
    assert config.mail_server is not None
    assert (config.mail_server.port, config.mail_server.is_tls, config.mail_server.password) == (
        587,
        False,
        "p@ss-word",
    )
    assert "ss-word" not in repr(config)


@pytest.mark.parametrize("path", ["web.sock", "/run/hotline/", f"/{'a' * 107}", f"/{'门' * 36}"])
def test_read_names_the_socket_when_nobody_could_listen_there(tmp_path: Path, path: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        configure(tmp_path, HOTLINE_SOCKET=path, HOTLINE_TRUSTED_PROXIES="1")
    assert refusal.value.variable == "HOTLINE_SOCKET"


def test_read_asks_for_the_proxy_when_a_socket_hides_who_calls(tmp_path: Path) -> None:
    path = f"/{'a' * 106}"
    assert configure(tmp_path, HOTLINE_SOCKET=path, HOTLINE_TRUSTED_PROXIES="1").socket == Path(path)
    with pytest.raises(ConfigError) as refusal:
        configure(tmp_path, HOTLINE_SOCKET=path)
    assert refusal.value.variable == "HOTLINE_TRUSTED_PROXIES"
    assert "HOTLINE_SOCKET" in str(refusal.value)


def test_serve_says_why_when_the_socket_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(ClickException, match="没有文件夹"):
        refuse_taken_socket(tmp_path / "nowhere" / "web.sock")
    (tmp_path / "file").write_text("kept")
    with pytest.raises(ClickException, match="不会覆盖"):
        refuse_taken_socket(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "kept"


def test_serve_takes_no_socket_from_a_server_that_is_too_busy_to_answer(tmp_path: Path) -> None:
    path = tmp_path / "web.sock"
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as waiting:
        server.bind(str(path))
        server.listen(0)
        waiting.connect(str(path))  # nobody is let in any more
        with pytest.raises(ClickException, match="已有进程在此监听"):
            refuse_taken_socket(path)
    refuse_taken_socket(path)  # left behind by who is gone
