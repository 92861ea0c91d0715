"""A mail server that speaks STARTTLS in earnest, and remembers every line with whether it came under cover."""

from __future__ import annotations

import socketserver
import ssl
from dataclasses import dataclass, field
from threading import Thread

PLAIN = ("EHLO", "STARTTLS", "QUIT")  # all that may be said in clear


class Session(socketserver.StreamRequestHandler):
    """One connection: offers STARTTLS, and log-in under cover."""

    server: MailServer

    def handle(self) -> None:
        self.is_covered = False
        self.say("220 sink")
        while line := self.hear():
            verb = line.split()[0].upper()
            if verb == "EHLO":
                self.say("250-sink", "250 AUTH PLAIN" if self.is_covered else "250 STARTTLS")
            elif verb == "STARTTLS":
                if not self.cover():
                    return
            elif verb == "AUTH":
                self.say("235 known")
            elif verb == "DATA":
                self.say("354 go on")
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    self.server.mood.heard.append((self.is_covered, line.decode().strip() or "-"))
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def cover(self) -> bool:
        if self.server.mood.refuses:
            self.say("454 not today")
            return True
        self.say("220 go ahead")
        try:
            self.request = self.server.mood.context.wrap_socket(self.request, server_side=True)
        except (ssl.SSLError, OSError):
            return False  # the client did not like the certificate
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)
        self.is_covered = True
        return True

    def hear(self) -> str:
        try:
            line = self.rfile.readline().decode().strip()
        except OSError:
            return ""
        if line:
            self.server.mood.heard.append((self.is_covered, line))
        return line

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


@dataclass
class Mood:
    """How the server behaves, and what it heard: (under cover, line)."""

    context: ssl.SSLContext
    refuses: bool = False
    heard: list[tuple[bool, str]] = field(default_factory=list)

    def in_clear(self) -> set[str]:
        """The verbs that came before the cover."""
        return {line.split()[0].upper() for is_covered, line in self.heard if not is_covered}

    def under_cover(self) -> list[str]:
        return [line for is_covered, line in self.heard if is_covered]


class MailServer(socketserver.ThreadingTCPServer):
    """Listening on this machine; ``port`` tells where."""

    daemon_threads = True

    def __init__(self, mood: Mood) -> None:
        self.mood = mood
        super().__init__(("127.0.0.1", 0), Session)
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])
