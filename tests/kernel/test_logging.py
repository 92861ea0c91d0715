"""Logs: one JSON object per line on stderr, with ids, without personal data."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import structlog

from dispatch.kernel.logging import configure_logging, get_logger, log_context
from dispatch.kernel.privacy import scrub_text


@dataclass
class Settings:
    log_level: str = "INFO"
    log_format: str = "json"
    warnings: tuple[str, ...] = ()


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configured)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    said = capsys.readouterr()
    assert said.out == "", "stdout belongs to answers"
    return [json.loads(line) for line in said.err.splitlines()]


def test_log_writes_one_json_line_to_stderr_with_its_ids(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings())
    with log_context(request_id="r1"):
        get_logger("dispatch.relay").info("relay.drained", count=3)
    get_logger("dispatch.relay").info("relay.slept")
    inside, outside = lines(capsys)
    assert (inside["event"], inside["count"], inside["request_id"], inside["level"]) == (
        "relay.drained",
        3,
        "r1",
        "info",
    )
    assert "request_id" not in outside


def test_log_masks_personal_keys_and_numbers_at_any_depth(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings())
    get_logger("x").info(
        "来电13800138000", phone="1", reporter_name="张三", home_address="甲1号", text="诉求", title="t", identity="i",
        deep=[{"caller_phone": "2"}, {"note": "请回拨 138-0013-8000、（010）66554433"}], ticket_id=13800138000, unit_name="八里庄街道",
    )  # fmt: skip
    [line] = lines(capsys)
    shown = json.dumps(line, ensure_ascii=False)
    assert not any(word in shown for word in ("张三", "甲1号", "诉求", "0013-", "6655", "来电138"))
    assert {line[key] for key in ("phone", "reporter_name", "home_address", "text", "title", "identity")} == {"[隐去]"}
    assert line["ticket_id"] == 13800138000
    assert line["unit_name"] == "八里庄街道"


@pytest.mark.parametrize(
    "number",
    [
        "13800138000",
        "138 0013 8000",
        "+86 13800138000",
        "１３８００１３８０００",
        "010-66554433",
        "66554433",
        "11010119900307123X",
    ],
)
def test_scrub_masks_number_however_it_is_written(number: str) -> None:
    assert scrub_text(f"电话{number}。") == "电话[隐去]。"


@pytest.mark.parametrize("harmless", ["工单 20261122000123", "2026-11-22T19:40:41.754272Z", "第 1234567 行", "5wd"])
def test_scrub_leaves_ticket_numbers_and_instants(harmless: str) -> None:
    assert scrub_text(harmless) == harmless


def test_log_tells_where_an_error_came_from_but_not_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings())
    try:
        try:
            int("张三住在某处")
        except ValueError as error:
            raise RuntimeError("duplicate key\nDETAIL: Key (words)=(投诉原文)") from error
    except RuntimeError:
        get_logger("x").exception("job.failed")
    [line] = lines(capsys)
    assert line["error"] == "RuntimeError: duplicate key"
    assert line["cause"].startswith("ValueError")
    assert "test_log_tells_where" in line["frames"][0]
    assert not any(word in json.dumps(line, ensure_ascii=False) for word in ("张三", "投诉原文"))


def test_log_of_libraries_takes_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings())
    logging.getLogger("rq.worker").info("call %s", "13800138000")
    logging.getLogger("rq.worker").debug("too quiet")
    [line] = lines(capsys)
    assert (line["event"], line["logger"]) == ("call [隐去]", "rq.worker")


def test_configure_twice_tells_each_thing_once_and_the_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings())
    configure_logging(Settings(log_level="WARNING", warnings=("HOTLINE_X:没有这个配置项",)))
    get_logger("x").info("hidden")
    assert [line.get("problem") for line in lines(capsys)] == ["HOTLINE_X:没有这个配置项"]
