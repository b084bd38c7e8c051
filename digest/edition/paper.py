"""Paper: a mail's page rendered and inlined once, cut into the fragments that any reader's mail is joined from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Set
from typing import Any

from digest.edition.layout import COUNT
from digest.edition.page import Catalogue, MarkedPage, Paper, WholePage, cut
from digest.edition.templates import Templates
from digest.errors import TemplateError
from digest.inlining import inline
from digest.recent import Recent

#: An issue is previewed, checked and approved in turn; while nothing of it changes it is rendered once for all that.
_MADE: Recent[tuple[Paper, Paper]] = Recent(16)


def make_papers(
    templates: Templates,
    name: str,
    context: Mapping[str, Any],
    *,
    catalogue: Catalogue,
    seed: str,
    holes: Set[str],
    required: Set[str],
    counted: Set[str] = frozenset(),
) -> tuple[Paper, Paper]:
    """The HTML and the text of this mail. What was made lately from the same is not made again.

    Args:
        templates: `name.html`, `name.txt` and what they use.
        name: which mail.
        context: what its templates may use, besides `hole` and `slot`.
        catalogue: every piece that may stand in a slot.
        seed: everything the paper is made from besides templates, so that no text of it can contain a marker.
        holes: what the readers' values and the edition fill, besides slots.
        required: holes and slots without which the mail would be no lawful one.
        counted: the pieces with a number in them, which alone may have a hole for it.

    Raises:
        TemplateError: a template is broken, or would lose its styles or holes by being inlined.
    """
    stamp = "z" + hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()

    def paper(form: str) -> Paper:
        marked = MarkedPage(stamp=stamp[:16], catalogue=catalogue)
        rendered = render_page(templates, name, form, marked, context)
        if form == ".html":
            rendered = inline(rendered, tokens=marked.tokens)
        page, pieces = cut(rendered, marked)
        _check_holes(f"{name}{form}", {key: {*part[1::2]} for key, part in {"": page, **pieces}.items()})
        return Paper(page=page, pieces=pieces)

    def _check_holes(file: str, holes_of: Mapping[str, Set[str]]) -> None:
        known = holes | catalogue.keys()
        found = frozenset().union(*holes_of.values())
        if any(COUNT in names and key not in counted for key, names in holes_of.items()):
            raise TemplateError(f"{file} has a hole {COUNT!r} where nothing is counted; macros that count have one")
        if unknown := found - known - {COUNT}:
            raise TemplateError(f"{file} has a hole {min(unknown)!r}; the holes are {', '.join(sorted(known))}")
        if missing := required - found:
            raise TemplateError(f"{file} lacks {', '.join(sorted(missing))}: every mail must have room for that")

    about = templates.stamp(), name, stamp, frozenset(required)
    return _MADE.get(about, lambda: (paper(".html"), paper(".txt")))


def render_page(
    templates: Templates, name: str, form: str, page: MarkedPage | WholePage, context: Mapping[str, Any]
) -> str:
    """The page of this mail in this form (`.html`, `.txt`), with what `page` puts into its holes and slots."""
    inside = {**context, "hole": page.hole, "slot": page.slot}
    page.macros = templates.macros(f"_pieces{form}", inside)
    return templates.render(f"{name}{form}", inside)
