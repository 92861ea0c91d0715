"""R4 and R7: Redis may vanish with all it holds, the database may drop every connection; effects are late, never lost or doubled."""

from __future__ import annotations

import redis
from sqlalchemy import make_url, text

from dispatch.kernel.config import Config
from dispatch.kernel.processes import Supervisor
from tests.conftest import run_sql
from tests.faults.conftest import OwnRedis, assert_each_delivered_once, delivered, wait_for, waiting
from tests.town import Desk

RETURN_SECONDS = 60


def accept_while_working(desk: Desk, count: int) -> None:
    """``count`` complaints, the last of them while earlier ones are being delivered."""
    before = delivered(desk)
    for _ in range(count):
        desk.accept()
    wait_for("work to be under way", RETURN_SECONDS, lambda: delivered(desk) > before)


def test_deliver_each_effect_once_when_redis_is_wiped(
    counted: Desk, processes: Supervisor, own_redis: OwnRedis
) -> None:
    connection = redis.Redis.from_url(own_redis.url)
    for _ in range(3):
        accept_while_working(counted, 40)
        connection.flushall()
    wait_for("the backlog to be drained", RETURN_SECONDS, lambda: waiting(counted) == 0)
    assert_each_delivered_once(counted)


def test_deliver_each_effect_once_when_redis_dies_with_its_files(
    counted: Desk, processes: Supervisor, own_redis: OwnRedis
) -> None:
    running = processes.pids()
    accept_while_working(counted, 40)
    own_redis.kill()
    own_redis.delete_files()
    for _ in range(10):
        counted.accept()  # intake does not ask Redis
    own_redis.start()
    wait_for("the backlog to be drained", RETURN_SECONDS, lambda: waiting(counted) == 0)
    assert_each_delivered_once(counted)
    assert processes.pids() == running, "a process ended instead of waiting"


def test_deliver_each_effect_once_when_the_database_is_away(
    config: Config, counted: Desk, processes: Supervisor
) -> None:
    running = processes.pids()
    accept_while_working(counted, 40)
    url = make_url(str(config.database_url))
    elsewhere = url.set(database="postgres")
    counted.engine.dispose()
    run_sql(elsewhere, f'ALTER DATABASE "{url.database}" WITH ALLOW_CONNECTIONS false')
    end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{url.database}'"
    try:
        for _ in range(3):
            run_sql(elsewhere, end, "SELECT pg_sleep(1)")
    finally:
        run_sql(elsewhere, f'ALTER DATABASE "{url.database}" WITH ALLOW_CONNECTIONS true')
    counted.accept()
    wait_for("the backlog to be drained", RETURN_SECONDS, lambda: waiting(counted) == 0)
    assert_each_delivered_once(counted)
    assert processes.pids() == running, "a process ended instead of waiting"


def test_redis_holds_only_numbers_when_effects_wait(counted: Desk, processes: Supervisor, own_redis: OwnRedis) -> None:
    connection = redis.Redis.from_url(own_redis.url)
    accept_while_working(counted, 60)
    held = b"".join(connection.dump(key) or b"" for key in connection.keys("*"))
    title = counted.run(lambda session: session.scalar(text("SELECT body FROM text_entry LIMIT 1")))
    for word in (title, "柳荫", "王小明", "13800138000"):
        assert word.encode() not in held
