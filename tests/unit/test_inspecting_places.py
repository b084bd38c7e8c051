"""To which part each piece of a document went, however it was taken apart or put together."""

from __future__ import annotations

import pytest

from digest.inspecting import Places
from digest.models import Bullets, Paragraph, Section, SectionRole
from digest.sources.pieces import Piece, Shape

FOUND = Section(
    role=SectionRole.FINDINGS,
    heading="What they found",
    blocks=(Paragraph("Forty adults walked."), Bullets(("It was warm.", "It was cold."))),
)
LIMITS = Section(role=SectionRole.CONSIDERATIONS, blocks=(Paragraph("Few took part."), Paragraph("It was warm.")))
LONG = "They met by the sea for a year and a day, and nobody of them ever fell."


def places(*pieces: str | Piece) -> list[int | None]:
    """Where these went, in their order."""
    known = Places((FOUND, LIMITS, Section(role=SectionRole.BODY, blocks=(Paragraph(LONG),))))
    return [known.of(one if isinstance(one, Piece) else Piece(Shape.TEXT, one)) for one in pieces]


@pytest.mark.parametrize(
    ("pieces", "went"),
    [
        (["A headline", "What They Found:", "Forty  adults walked.", "It was cold."], [None, 0, 0, 0]),
        # What is there twice goes to the next part that has it.
        (["It was warm.", "Few took part.", "It was warm."], [0, 1, 1]),
        # A part that stands further down in the document than among the parts.
        (["Few took part.", "Forty adults walked."], [1, 0]),
        # A bold opening that was read as a heading, and a paragraph that came in two pieces.
        ([Piece(Shape.TEXT, "Findings: Forty adults walked.", lead="Findings:")], [0]),
        (["Few took part.", "They met by the sea for a year", "and a day, and nobody of them ever fell."], [1, 2, 2]),
        # A few letters that stand in every text tell nothing.
        (["It", "was", "walked"], [None, None, None]),
    ],
)
def test_where_it_went(pieces: list[str | Piece], went: list[int | None]) -> None:
    """None for what is in no part."""
    assert places(*pieces) == went
