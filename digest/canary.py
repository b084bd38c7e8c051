"""The canary: a few of an issue's mails go first, and a send in which too many bounce stops itself. Pure."""

from __future__ import annotations

from datetime import timedelta

#: So many mails of an issue are answered before any other leaves, and so many are looked back at later on.
CANARY = 200
#: So many hard bounces among them are borne: 5 %. More, and it is the list, the domain or the provider that is wrong.
BORNE = CANARY * 5 // 100
#: How often bounces that came back by mail, or that other workers heard of, are looked for.
LOOK_EVERY = timedelta(minutes=1)


def verdict(bounced: int, of: int) -> str:
    """Why a send must stop of whose last mails (at most `CANARY`) so many bounced hard; empty when it need not."""
    if bounced <= BORNE:
        return ""
    return f"{bounced} of its last {of} mails bounced hard, and more than {BORNE} of {CANARY} are too many"
