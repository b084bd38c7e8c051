"""A whole newsletter for tests, on files in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from digest.app import make_digest
from digest.checks import Verdict
from digest.config import load_settings
from digest.names import Names
from digest.newsroom import Digest
from digest.store.base import Store
from digest.transports.base import Transport
from tests.factories import NOW

SECRET = "a secret of the operator, long enough"


def a_digest(
    folder: Path,
    *,
    now: datetime = NOW,
    store: Store | None = None,
    make_transport: Callable[[], Transport] | None = None,
    names: Names | None = None,
    newsletter: dict[str, Any] | None = None,
    environ: dict[str, str] | None = None,
    **given: Any,
) -> Digest:
    """A newsletter whose mails become files in `folder / "outbox"`; close it, or use it as a context manager.

    `newsletter` and `given` are laid over the settings; without a store it has a new SQLite file in the folder.
    """
    about = {
        "name": "MS Research Monthly",
        "from": "digest@example.org",
        "base_url": "https://digest.example.org",
        "postal_address": "1 Invented Street, 12345 Example Town",
        **(newsletter or {}),
    }
    config = folder / "digest.yaml"
    config.write_text(yaml.safe_dump({"newsletter": about, **given}), encoding="utf-8")
    settings = load_settings(config, {"DIGEST_SECRET_KEY": SECRET, **(environ or {})})
    return make_digest(
        settings,
        now=now,
        store=store,
        make_transport=make_transport,
        judge_spam=lambda _mail: Verdict(score=None),
        names=names,
    )
