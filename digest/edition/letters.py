"""Mails that belong to no issue: what has to be confirmed by its owner, what they should know, and corrections.

A letter is rendered and inlined once and addressed as an issue's mails are: `Composer(letter.pool, date=...)` composes
`letter.edition` for any reader.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass
from typing import Any

from digest.edition.layout import EDITION_HOLES, READER_HOLES
from digest.edition.page import Catalogue
from digest.edition.paper import make_papers
from digest.edition.pool import Pool
from digest.edition.templates import Templates, look
from digest.edition.wording import host_of, safe_url, shortened
from digest.models import FrozenEdition, Newsletter, Selection

_CATALOGUE: Catalogue = {"greeting": {"greeting": ("greeting", ())}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """What has to be put right about one summary that was sent."""

    #: As it was printed, and the title of the issue it stood in.
    headline: str
    issue_title: str
    #: The original; None where the source has none.
    url: str | None = None
    #: True when the study itself was withdrawn by its journal.
    withdrawn: bool = False
    #: The editors' plain words, one paragraph each; empty where there is nothing to say.
    was_wrong: tuple[str, ...] = ()
    is_right: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One mail for any reader."""

    pool: Pool
    edition: FrozenEdition


def render_confirmation(newsletter: Newsletter, templates: Templates, *, days: int) -> Letter:
    """The mail that asks a new reader to confirm.

    It shows nothing the asker wrote, no name and no topic: somebody else may have filled in the form. Its subject does
    not name the newsletter, for that may name an illness.

    Args:
        newsletter: whose it is.
        templates: `confirmation.html`, `confirmation.txt`.
        days: for how long the link works.
    """
    return _letter(
        "confirmation",
        newsletter,
        templates,
        {"days": days},
        subject="Please confirm your subscription",
        preheader="One step is left. If you did not ask for this, do nothing.",
        required={"confirm", "unsubscribe"},
    )


def render_already(newsletter: Newsletter, templates: Templates) -> Letter:
    """The mail to somebody who asked for what they get already. It leads to their preferences."""
    return _letter(
        "already",
        newsletter,
        templates,
        {},
        subject="You are subscribed already",
        preheader="Nothing has changed. Here is the link to your topics.",
        required={"preferences", "unsubscribe"},
    )


def render_address_change(newsletter: Newsletter, templates: Templates, *, days: int) -> Letter:
    """The mail to a new address that asks whether it is the reader's. `days` is how long the link works."""
    return _letter(
        "change-address",
        newsletter,
        templates,
        {"days": days},
        subject="Please confirm your new address",
        preheader="One step is left. If you did not ask for this, do nothing.",
        required={"confirm"},
        listed=False,
    )


def render_address_changed(newsletter: Newsletter, templates: Templates) -> Letter:
    """The mail to an address that gets nothing more because its reader gave another one, which it does not name."""
    return _letter(
        "address-changed",
        newsletter,
        templates,
        {},
        subject="Your address was changed",
        preheader="We write to your new address from now on. If it was not you, tell us.",
        required=frozenset(),
        listed=False,
    )


def render_erasure(newsletter: Newsletter, templates: Templates, *, days: int) -> Letter:
    """The mail that asks a reader whether all of theirs is to be erased. `days` is how long the link works."""
    return _letter(
        "erasure",
        newsletter,
        templates,
        {"days": days},
        subject="Please confirm that we erase your data",
        preheader="One step is left. If you did not ask for this, do nothing.",
        required={"confirm"},
        listed=False,
    )


def render_sign_in(newsletter: Newsletter, templates: Templates, *, minutes: int) -> Letter:
    """The mail to an editor with a link to sign in. `minutes` is how long the link works."""
    return _letter(
        "sign-in",
        newsletter,
        templates,
        {"minutes": minutes},
        subject="Your link to sign in",
        preheader="It works once, and not for long. If you did not ask for it, do nothing.",
        required={"confirm"},
        listed=False,
    )


def render_correction(correction: Correction, newsletter: Newsletter, templates: Templates) -> Letter:
    """The mail that puts a summary right, for those who were sent it. Its subject names no study and no topic."""
    url = safe_url(correction.url)
    shown = {**asdict(correction), "url": url, "host": host_of(url) if url else ""}
    what = "A study we sent you was withdrawn" if correction.withdrawn else "A correction to what we sent you"
    return _letter(
        "correction",
        newsletter,
        templates,
        {"correction": {**shown, "headline": shortened(correction.headline, 300)}},
        subject=f"{what} ({correction.issue_title})",
        preheader=shortened(f"It is about: {correction.headline}", 150),
        required={"preferences", "unsubscribe"},
    )


def _letter(
    name: str,
    newsletter: Newsletter,
    templates: Templates,
    given: Mapping[str, Any],
    *,
    subject: str,
    preheader: str,
    required: Set[str],
    listed: bool = True,
) -> Letter:
    """A letter; one that is not `listed` is about an account and not of the newsletter: nobody unsubscribes from it."""
    seed = repr((newsletter, given))
    html, text = make_papers(
        templates,
        name,
        {**look(newsletter), **given},
        catalogue=_CATALOGUE,
        seed=seed,
        holes=READER_HOLES | EDITION_HOLES,
        required=required,
    )
    pool = Pool(
        label=name,
        title=subject,
        cadence=None,
        newsletter=newsletter.name,
        sender_name=newsletter.sender_name,
        address=newsletter.address,
        headlines={},
        html=html,
        text=text,
        list_id=(newsletter.list_id or newsletter.address.replace("@", ".")) if listed else "",
    )
    key = hashlib.sha256(pool.dumps()).hexdigest()[:32]
    return Letter(
        pool=pool, edition=FrozenEdition(key=key, subject=subject, preheader=preheader, selection=Selection())
    )
