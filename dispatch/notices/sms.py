"""SMS by a gateway over HTTPS: JSON by POST, a bearer token, the message's key for the gateway to tell a second try."""

from __future__ import annotations

import http.client
import json
import ssl
from urllib.parse import urlsplit

from dispatch.notices.channels import Never, NotNow

TIMEOUT_SECONDS = 10.0
LONGEST_ANSWER = 65_536
LONGEST_ID = 200
# Answers that say the message itself is wrong; any other refusal may be mended on either side, and is tried again.
MESSAGE_REFUSED = frozenset({400, 404, 410, 413, 422})


class SmsChannel:
    """One gateway. Follows no redirect: the token and the number are for this host alone."""

    def __init__(self, url: str, token: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._url = urlsplit(url)
        self._token = token
        self._timeout = timeout

    def send(self, *, to: str, text: str, key: str) -> str | None:
        """See ``Channel.send``. The answer may be JSON with an ``id``."""
        body = json.dumps({"id": key, "to": to, "text": text}, ensure_ascii=False).encode()
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": key,
        }
        connection = self._connect()
        try:
            connection.request("POST", self._url.path or "/", body, headers)
            answer = connection.getresponse()
            status, said = answer.status, answer.read(LONGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise NotNow(f"gateway: {type(error).__name__}") from None
        finally:
            connection.close()
        if status in MESSAGE_REFUSED:
            raise Never(f"gateway: {status}")
        if not 200 <= status < 300:
            raise NotNow(f"gateway: {status}")
        return _id_in(said)

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "https":
            context = ssl.create_default_context()  # verifies certificate and host
            return http.client.HTTPSConnection(host, port, timeout=self._timeout, context=context)
        return http.client.HTTPConnection(host, port, timeout=self._timeout)


def _id_in(said: bytes) -> str | None:
    """The gateway's own id; an answer without one is as good."""
    try:
        known = json.loads(said)
    except ValueError:
        return None
    found = known.get("id") if isinstance(known, dict) else None
    return str(found)[:LONGEST_ID] if isinstance(found, str | int) else None
