"""An IMAP server of the least kind (RFC 3501): one folder, and the commands that reading it takes."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Folder:
    """What the server holds."""

    port: int = 0
    mails: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    #: What it says no to, as the first word of a command.
    refuses: str = ""
    #: After which command it hangs up.
    hangs_up_at: str = ""
    logged_in: list[str] = field(default_factory=list)
    selected: list[str] = field(default_factory=list)

    def add(self, data: bytes) -> int:
        number = len(self.mails) + 1
        self.mails[number] = data
        self.flags[number] = set()
        return number

    def say(self, command: str, rest: str) -> bytes:
        """What comes before the OK."""
        if command == "LOGIN":
            self.logged_in.append(rest)
        if command == "SELECT":
            self.selected.append(rest)
        if command != "UID":
            return b"* CAPABILITY IMAP4rev1\r\n" if command == "CAPABILITY" else b""
        word = rest.split(" ", 1)[0].upper()
        return {"SEARCH": self._search, "FETCH": self._fetch, "STORE": self._store}[word](rest)

    def _search(self, rest: str) -> bytes:
        assert rest.upper() == "SEARCH UNSEEN UNFLAGGED"
        waiting = [str(number) for number, flags in self.flags.items() if not flags & {"SEEN", "FLAGGED"}]
        return f"* SEARCH {' '.join(waiting)}\r\n".encode()

    def _fetch(self, rest: str) -> bytes:
        found = re.fullmatch(r"FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest, re.IGNORECASE)
        assert found
        data = self.mails[int(found[1])][: int(found[2])]
        return f"* {found[1]} FETCH (UID {found[1]} BODY[]<0> {{{len(data)}}}\r\n".encode() + data + b")\r\n"

    def _store(self, rest: str) -> bytes:
        found = re.fullmatch(r"STORE (\d+) \+FLAGS\.SILENT \(\\(\w+)\)", rest, re.IGNORECASE)
        assert found
        self.flags[int(found[1])].add(found[2].upper())
        return b""


class Handler(socketserver.StreamRequestHandler):
    """One connection."""

    server: Server

    def handle(self) -> None:
        folder = self.server.folder
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, command, *rest = line.decode().strip().split(" ", 2)
            words = f"{command} {rest[0] if rest else ''}".upper()
            if folder.hangs_up_at and folder.hangs_up_at in words:
                return
            if folder.refuses and folder.refuses in words:
                self.wfile.write(f"{tag} NO never\r\n".encode())
                continue
            self.wfile.write(folder.say(words.split(" ", 1)[0], rest[0] if rest else ""))
            self.wfile.write(f"{tag} OK done\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    """One folder's server."""

    daemon_threads = True
    allow_reuse_address = True
    folder: Folder


@contextmanager
def running_imap() -> Iterator[Folder]:
    folder = Folder()
    with Server(("127.0.0.1", 0), Handler) as server:
        server.folder = folder
        folder.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield folder
        server.shutdown()
        thread.join()
