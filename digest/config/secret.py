"""The key that signs readers' links: given by the operator, or made once and kept."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from digest.config.schema import Settings
from digest.config.sections import FileSettings
from digest.config.values import is_loopback
from digest.errors import ConfigError

#: Characters a secret key has at least: what 24 random bytes come to.
SHORTEST_SECRET = 32

MAKE_SECRET = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"  # noqa: S105 - how to make one


def secret_keys(settings: Settings) -> tuple[bytes, ...]:
    """The keys of readers' links: the first signs, all are read, and the last names the messages.

    From the environment, else from `secret_key_file`, one a line. Where links lead to this very machine or mails go
    into a folder, a missing one is made and kept there. To change it, put a new line above the old ones: links in mails
    already sent need those.

    Raises:
        ConfigError: there is none and none may be made, it is too short, or its file cannot be used.
    """
    if settings.secret_key is not None:
        return _each(settings.secret_key.get_secret_value(), "DIGEST_SECRET_KEY")
    path = settings.secret_key_file
    try:
        if not path.exists():
            _check_may_make(settings)
            _make_secret(path)
        return _each(path.read_text(encoding="ascii"), str(path))
    except OSError as error:
        raise ConfigError(
            f"{path}: the secret key cannot be kept here: {error.strerror}; set DIGEST_SECRET_KEY"
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: this is no secret key; make one with {MAKE_SECRET}") from None


def _check_may_make(settings: Settings) -> None:
    rehearsal = all(isinstance(one, FileSettings) for one in settings.transports_in_order().values())
    if not rehearsal and not is_loopback(urlsplit(settings.newsletter.base_url).hostname or ""):
        raise ConfigError(
            "readers' links need a secret key: set DIGEST_SECRET_KEY, or write one into "
            f"{settings.secret_key_file} with {MAKE_SECRET}; keep it, for links in old mails need it too"
        )


def _make_secret(path: Path) -> None:
    """Whole or not at all, readable by nobody else; when another process was faster, its key stays."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")  # made with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()


def _each(text: str, place: str) -> tuple[bytes, ...]:
    lines = [line for line in text.splitlines() if line.strip()]
    return tuple(_long_enough(line, place) for line in lines or [""])


def _long_enough(text: str, place: str) -> bytes:
    key = text.strip().encode()
    if len(key) < SHORTEST_SECRET:
        raise ConfigError(
            f"{place}: a secret key has at least {SHORTEST_SECRET} characters; make one with {MAKE_SECRET}"
        )
    return key
