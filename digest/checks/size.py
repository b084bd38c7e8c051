"""How long a mail may be before inboxes cut it off, and with its end the way to unsubscribe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from digest.checks.flaws import Flaw, Rule, Severity
from digest.checks.specimen import Specimen
from digest.edition import HTML_LIMIT
from digest.models import FrozenEdition

#: Bytes of HTML above which an editor should know.
HTML_AIM = 70_000
#: Characters of all `<style>` together; Gmail drops whatever goes beyond.
STYLE_LIMIT = 16_384


def check_size(sizes: Mapping[str, int]) -> Iterator[Flaw]:
    """Editions that are too long, or getting there; the longest of them speaks for the others.

    Args:
        sizes: bytes of HTML by the key of the edition.
    """
    over = {key: size for key, size in sizes.items() if size > HTML_LIMIT}
    near = {key: size for key, size in sizes.items() if HTML_AIM < size <= HTML_LIMIT}
    if over:
        yield Flaw(
            rule=Rule.SIZE,
            severity=Severity.ERROR,
            message=f"the HTML has up to {max(over.values()):,} bytes, more than {HTML_LIMIT:,}: inboxes cut it off",
            advice="shortening did not help: an item with very long considerations must be shorter in its source",
            editions=tuple(over),
        )
    if near:
        yield Flaw(
            rule=Rule.SIZE,
            severity=Severity.WARNING,
            message=f"the HTML has up to {max(near.values()):,} bytes; {HTML_AIM:,} would load well anywhere",
            advice="fewer items in one mail (selection.max_items) would make it lighter",
            editions=tuple(near),
        )


def check_trimmed(editions: Iterable[FrozenEdition]) -> Iterator[Flaw]:
    """Editions that were shortened by rule."""
    trimmed = [edition for edition in editions if edition.selection.trimmed]
    if trimmed:
        yield Flaw(
            rule=Rule.SIZE,
            severity=Severity.NOTICE,
            message=f"shortened to stay below {HTML_LIMIT:,} bytes: the longest items are printed shorter, "
            "and what still did not fit waits for the next issue; the mail says so",
            advice="look at one with `digest preview`; fewer items (selection.max_items) would leave them whole",
            editions=tuple(edition.key for edition in trimmed),
        )


def check_styles(specimen: Specimen) -> Iterator[Flaw]:
    """All kept styles together."""
    size = sum(len(style.text or "") for style in specimen.root.iter("style"))
    if size > STYLE_LIMIT:
        yield Flaw(
            rule=Rule.SIZE,
            severity=Severity.ERROR,
            message=f"the kept styles have {size:,} characters, more than {STYLE_LIMIT:,}: Gmail drops them",
            advice='keep only what cannot be inlined in <style data-premailer="ignore">',
        )
