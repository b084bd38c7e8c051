"""Editions: the issue's pool of items rendered and inlined once, cut into fragments; an edition is a join of them.

items -> Templates, render_pool -> Pool -> make_edition -> FrozenEdition -> plan -> (message)
"""

from __future__ import annotations

import hashlib
import json

from digest.edition.fitting import HTML_LIMIT, html_bytes, trimmed
from digest.edition.layout import READER_HOLES, Block, Filling, Step, lay_out, plan, steps
from digest.edition.letters import (
    Correction,
    Letter,
    render_address_change,
    render_address_changed,
    render_already,
    render_confirmation,
    render_correction,
    render_erasure,
    render_sign_in,
)
from digest.edition.page import Fragment, Paper
from digest.edition.pool import Pool, render_pool, render_whole
from digest.edition.templates import Templates, bundled_directory, look
from digest.edition.view import printed, printed_parts
from digest.edition.wording import shortened
from digest.models import FrozenEdition, Placement, Selection

__all__ = [
    "HTML_LIMIT",
    "READER_HOLES",
    "Block",
    "Correction",
    "Filling",
    "Fragment",
    "Letter",
    "Paper",
    "Pool",
    "Step",
    "Templates",
    "bundled_directory",
    "html_bytes",
    "lay_out",
    "look",
    "make_edition",
    "plan",
    "printed",
    "printed_parts",
    "render_address_change",
    "render_address_changed",
    "render_already",
    "render_confirmation",
    "render_correction",
    "render_erasure",
    "render_pool",
    "render_sign_in",
    "render_whole",
    "steps",
]

#: Inboxes show about this much beside the subject.
_PREHEADER = 150


def make_edition(pool: Pool, selection: Selection) -> FrozenEdition:
    """The edition of this selection, with a subject and a preheader that say what is inside.

    Where its HTML would be longer than `HTML_LIMIT`, the rules of `edition.fitting` shorten it and let the rest roll
    over; a mail with one item left is as long as it is.

    The subject counts and names nothing: it travels through headers, logs and lock screens, and a topic there would
    tell what its reader has. The preheader is part of the body and names headlines. Where the editors wrote their own,
    those stand; a mail that has nothing new says so all the same.
    """
    edition = _edition(pool, selection)
    while html_bytes(pool, edition) > HTML_LIMIT:
        shorter = trimmed(edition.selection, pool.html)
        if shorter is None:
            break
        edition = _edition(pool, shorter)
    return edition


def _edition(pool: Pool, selection: Selection) -> FrozenEdition:
    own = bool(selection.research or selection.background)
    subject = (own and pool.subjects.get(selection.subject)) or f"{pool.title}: {_inside(selection)}"
    preheader = (own and pool.preheaders.get(selection.preheader)) or _preheader(pool, selection)
    hashed = json.dumps([subject, preheader, selection], sort_keys=True, ensure_ascii=True, default=_fields)
    key = hashlib.sha256(hashed.encode()).hexdigest()[:32]
    return FrozenEdition(key=key, subject=subject, preheader=preheader, selection=selection)


def _fields(value: Selection | Placement) -> dict[str, object]:
    # What `asdict` gives, without the deep copies it makes on the way.
    return {name: getattr(value, name) for name in value.__slots__}


def _inside(selection: Selection) -> str:
    count = len(selection.research)
    whom = "" if selection.general else " for you"
    if count:
        return f"{count} new research {'summary' if count == 1 else 'summaries'}{whom}"
    if selection.background:
        return "background reading" + whom
    return "a correction to what we sent you" if selection.corrections else "nothing new" + whom


def _preheader(pool: Pool, selection: Selection) -> str:
    placements = (*selection.research, *selection.background)
    if not placements and selection.corrections:
        return "Something we sent you before was not right, and is put right here."
    if not placements:
        return "A short note, as you asked for: nothing new this time, and what happens next."
    headlines = (pool.headlines[placement.summary_id].rstrip(".") for placement in placements[:4])
    return shortened(" · ".join(headlines), _PREHEADER)
