"""A Postfix of the test's own: configuration, queue and log in one folder, on a free port, and what it may be asked."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

COMMAND = shutil.which("postfix", path="/usr/sbin:/usr/bin:/sbin")
DAEMONS = Path("/usr/lib/postfix/sbin")

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = {commands}
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
myhostname = mail.example.test
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
alias_database =
relay_domains = example.org
relay_transport = smtp:[127.0.0.1]:{onward}
smtp_tls_security_level = none
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_end_of_data_restrictions = {end_of_data}
{more}
"""
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def missing() -> str:
    """What keeps a Postfix from being started here; empty when nothing does."""
    if COMMAND is None or not (DAEMONS / "master").exists():
        return "needs Postfix: apt-get install postfix"
    return "" if os.geteuid() == 0 else "Postfix is started by root alone"


@dataclass(frozen=True, kw_only=True, slots=True)
class Postfix:
    """One that is running."""

    port: int
    folder: Path

    @property
    def log(self) -> str:
        """What it wrote down."""
        return (self.folder / "mail.log").read_text("utf-8")

    def is_through(self) -> bool:
        """Whether nothing is left in its queue."""
        queues = (self.folder / "queue" / name for name in ("incoming", "active", "deferred"))
        return not any(path.is_file() for queue in queues for path in queue.rglob("*"))


@contextlib.contextmanager
def a_postfix(*, onward: int, end_of_data: str = "", more: str = "") -> Iterator[Postfix]:
    """One that hands what it takes on to this port of this machine.

    Args:
        onward: where it hands the mails on.
        end_of_data: its restrictions once it has the whole mail.
        more: further lines of main.cf.
    """
    # Its daemons are another user's, who may not look into the folders of pytest.
    with tempfile.TemporaryDirectory(prefix="postfix-") as name:
        folder, port = Path(name), _a_free_port()
        folder.chmod(0o755)
        for inside in ("config", "queue", "data"):
            (folder / inside).mkdir()
        os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
        given = {"folder": folder, "commands": Path(str(COMMAND)).parent, "daemons": DAEMONS, "onward": onward}
        main = _MAIN.format(**given, end_of_data=end_of_data, more=more)
        (folder / "config" / "main.cf").write_text(main, "utf-8")
        (folder / "config" / "master.cf").write_text(_MASTER.format(port=port), "utf-8")
        _call(folder, "start")
        try:
            _wait_for(lambda: _answers(port))
            yield Postfix(port=port, folder=folder)
        finally:
            _call(folder, "stop")


def _call(folder: Path, verb: str) -> None:
    done = subprocess.run(
        [str(COMMAND), "-c", str(folder / "config"), verb], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as line:
        greeted = line.recv(1024).startswith(b"220")
        line.sendall(b"QUIT\r\n")
        line.recv(1024)
        return greeted
    return False


def _wait_for(is_so: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it takes too long"
        time.sleep(0.05)


def wait_until_through(postfix: Postfix) -> None:
    """Wait until it has handed on all it took."""
    _wait_for(postfix.is_through, 60)


# --- a policy service (Postfix, SMTPD_POLICY_README) -----------------------------------------------------


class _Policy(socketserver.StreamRequestHandler):
    server: _Policies

    def handle(self) -> None:
        asked: dict[str, str] = {}
        for line in self.rfile:
            key, _, value = line.decode().strip().partition("=")
            if key:
                asked[key] = value
                continue
            action = self.server.decide(asked.get("recipient", ""))
            self.wfile.write(f"action={action}\n\n".encode())
            asked = {}


class _Policies(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, decide: Callable[[str], str]) -> None:
        super().__init__(("127.0.0.1", 0), _Policy)
        self.decide = decide


@contextlib.contextmanager
def a_policy(decide: Callable[[str], str]) -> Iterator[str]:
    """A service that decides by the recipient; what to call it in a list of restrictions."""
    with _Policies(decide) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"check_policy_service inet:127.0.0.1:{server.server_address[1]}"
        server.shutdown()
