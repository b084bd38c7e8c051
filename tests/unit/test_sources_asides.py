"""Boxes with a heading of their own in the middle of a text."""

from __future__ import annotations

import pytest

from digest.models import Paragraph, Section, SectionRole
from digest.sources.markup import read_html
from digest.sources.original import Manner, Original, read
from digest.sources.pieces import pieces_from, pieces_to

BOXES = (
    "<aside><h2>{}</h2><p>{}</p></aside>",
    "<aside class=sidebar><div><h3>{}</h3></div><p>{}</p></aside>",
    "<div class='c-key-points'><h2>{}</h2><p>{}</p></div>",
    "<section class=callout><p><b>{}</b></p><p>{}</p></section>",
)
TOLD = ("Nine adults wore the vest in a warm room.", "They walked 12 metres further than before.")
POINT = "A cooling vest helped nine adults."
LIMIT = "The study was small, and nobody was assigned by chance."


def sections(body: str) -> list[tuple[SectionRole, list[str]]]:
    html = f"<html><body><main><article><h1>Vests and walking</h1>{body}</article></main></body></html>"
    return [(one.role, _texts(one)) for one in read(Original(page=read_html(html)), Manner()).sections]


def _texts(section: Section) -> list[str]:
    return [block.text for block in section.blocks if isinstance(block, Paragraph)]


@pytest.mark.parametrize("box", BOXES)
def test_what_stands_behind_a_box_is_no_more_of_it(box: str) -> None:
    """Its heading says nothing of the text outside of it."""
    told = "".join(f"<p>{one}</p>" for one in TOLD)
    found = sections(f"{box.format('Key Takeaway', POINT)}{told}<h2>Limitations</h2><p>{LIMIT}</p>")
    assert found[0] == (SectionRole.TAKEAWAY, [POINT])
    assert found[1][1] == [*TOLD]
    assert found[2] == (SectionRole.CONSIDERATIONS, [LIMIT])


@pytest.mark.parametrize("box", BOXES)
def test_the_section_around_a_box_goes_on_behind_it(box: str) -> None:
    """A box of limits in the midst of findings makes no limits of them."""
    found = sections(f"<h2>What They Found</h2><p>{TOLD[0]}</p>{box.format('Limitations', LIMIT)}<p>{TOLD[1]}</p>")
    assert sorted(found) == [(SectionRole.CONSIDERATIONS, [LIMIT]), (SectionRole.FINDINGS, [*TOLD])]


def test_a_box_without_a_heading_is_a_part_of_its_section() -> None:
    """So is all behind a heading that only stands in a box of its own."""
    body = f"<div class=callout><h2>Limitations</h2></div><p>{LIMIT}</p><aside><p>{TOLD[0]}</p></aside><p>{TOLD[1]}</p>"
    assert sections(f"<h2>What They Found</h2><p>{POINT}</p>{body}")[1] == (
        SectionRole.CONSIDERATIONS,
        [LIMIT, *TOLD],
    )


def test_pieces_that_were_kept_before_are_read() -> None:
    """They say nothing of boxes."""
    pieces = read_html(f"<p>{POINT}</p><aside><h2>Dose</h2><p>{LIMIT}</p></aside>", article=False).pieces
    assert pieces_from(pieces_to(pieces)) == pieces
    assert [one.aside for one in pieces] == [0, 1, 1]
    assert [one.aside for one in pieces_from([kept[:9] for kept in pieces_to(pieces)])] == [0, 0, 0]
