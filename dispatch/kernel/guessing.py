"""The fuse against guessing, one for all web processes: tries are counted in Redis, and per process while that is away."""

from __future__ import annotations

import hashlib

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from dispatch.kernel.application import runtime
from dispatch.kernel.config import Config
from dispatch.kernel.logging import get_logger
from dispatch.kernel.rate import Fuse
from dispatch.kernel.trouble import Trouble

TIMEOUT_SECONDS = 0.5  # a citizen waits for it
AWAY_SECONDS = 30.0  # so long is Redis left alone after it failed

# One key holds the instant at which the bucket will be full again; Redis' own clock counts, the processes' may differ.
TAKE = """
local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
local step, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or at), at)
local wait = full_at + step - burst * step - at
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.0f', full_at + step), 'PX', math.ceil(full_at + step - at) + 1000)
return 0
"""

log = get_logger(__name__)
trouble = Trouble(log, "guess_limits")
_clients: dict[str, Redis] = {}


class SharedFuse(Fuse):
    """``name``: which door it guards."""

    def __init__(self, name: str, *, per_second: float, burst: float) -> None:
        super().__init__(per_second=per_second, burst=burst)
        self._name, self._step_ms, self._away_until = name, 1000 / per_second, 0.0

    def take(self, key: str, at: float) -> float:
        """Take one try: 0 when allowed, else seconds to wait. Never later than half a second, whatever Redis does."""
        own = super().take(key, at)  # counted here too, so that nothing is forgotten when Redis goes
        if own or at < self._away_until:
            return own
        try:
            waits = self._ask(runtime().config, key)
        except RedisError as error:
            self._away_until = at + AWAY_SECONDS
            trouble.met(error)
            return own
        trouble.over()
        return waits

    def _ask(self, config: Config, key: str) -> float:
        client = _client(str(config.redis_url))
        waits = client.eval(TAKE, 1, self._name_of(config, key), str(self._step_ms), str(self._burst))
        return int(waits) / 1000

    def _name_of(self, config: Config, key: str) -> str:
        """Nobody reads an address or a ticket's number in Redis; installations that share one count apart."""
        secret = hashlib.sha256(f"{config.secret_key} {config.database_url}".encode()).digest()
        return f"fuse:{self._name}:{hashlib.blake2b(key.encode(), key=secret, digest_size=16).hexdigest()}"


def _client(redis_url: str) -> Redis:
    if redis_url not in _clients:
        _clients[redis_url] = Redis.from_url(
            redis_url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
    return _clients[redis_url]
