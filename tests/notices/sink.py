"""``python -m tests.notices.sink FOLDER``: a real SMS gateway and mail server in a process of their own, that keep what arrives.

``FOLDER/ports`` tells where they listen, ``FOLDER/arrived`` has one JSON line per message that came, ``FOLDER/moods`` (one word
per line) says how the next requests are met, one word each: ``slow``, ``drop``, any status; without a word all is well.
"""

from __future__ import annotations

import json
import socketserver
import sys
import time
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

SLOW_SECONDS = 2.0
lock = Lock()


class Place:
    """Where this process keeps what arrives."""

    folder = Path()


def next_mood() -> str:
    """Take the first word off the list."""
    moods = Place.folder / "moods"
    with lock:
        words = moods.read_text().split() if moods.exists() else []
        moods.write_text("\n".join(words[1:]))
    return words[0] if words else "200"


def keep(arrived: dict[str, Any]) -> None:
    with lock, (Place.folder / "arrived").open("a") as file:
        file.write(json.dumps(arrived, ensure_ascii=False) + "\n")


class Gateway(BaseHTTPRequestHandler):
    """Takes a message before it answers, as gateways do: one that is dropped afterwards has arrived all the same."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        mood = next_mood()
        token, key = self.headers["Authorization"], self.headers["Idempotency-Key"]
        is_taken = mood in ("slow", "drop", "200")
        keep(body | {"way": "sms", "token": token, "key": key, "mood": mood, "is_taken": is_taken})
        if mood == "slow":
            time.sleep(SLOW_SECONDS)
        if mood == "drop":
            self.close_connection = True
            return
        status = int(mood) if mood.isdigit() else 200
        answer = json.dumps({"id": f"gateway-{body['id']}"}).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"http://localhost:{self.server.server_address[1]}/elsewhere")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Mailbox(socketserver.StreamRequestHandler):
    """As much SMTP as one message needs."""

    def handle(self) -> None:
        self.say("220 sink")
        to, mood = "", "250"
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "RCPT":
                to, mood = line.partition("<")[2].partition(">")[0], next_mood().replace("200", "250")
                self.say(f"{mood} recipient")
            elif verb == "DATA":
                self.say("354 go on")
                lines = []
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(part)
                self.keep(to, b"".join(lines))
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def keep(self, to: str, raw: bytes) -> None:
        mail = message_from_bytes(raw, policy=policy.default)
        text = mail.get_content().strip()
        keep({"way": "mail", "to": to, "key": mail["Message-ID"], "text": text, "is_taken": True})


def main(where: str) -> None:
    Place.folder = folder = Path(where)
    gateway = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    mailbox = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox)
    for server in (gateway, mailbox):
        server.daemon_threads = True
    Thread(target=mailbox.serve_forever, daemon=True).start()
    draft = folder / ".ports"
    draft.write_text(f"{gateway.server_address[1]} {mailbox.server_address[1]}")
    draft.rename(folder / "ports")
    gateway.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
