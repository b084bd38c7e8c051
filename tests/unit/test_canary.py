"""How much may bounce before a send stops itself."""

from __future__ import annotations

import pytest

from digest.canary import BORNE, CANARY, verdict


@pytest.mark.parametrize(
    ("bounced", "of", "stops"),
    [
        (0, 200, False),
        (10, 200, False),
        (11, 200, True),
        (200, 200, True),
        (5, 6, False),
        (10, 10, False),
        (11, 12, True),
    ],
)
def test_more_than_a_twentieth_of_two_hundred(bounced: int, of: int, stops: bool) -> None:
    """Eleven are too many, of however few; a handful among the first mails of a small list is not."""
    assert bool(verdict(bounced, of)) is stops
    assert (CANARY, BORNE) == (200, 10)


def test_it_says_how_many() -> None:
    """So that whoever reads it knows what to look for."""
    assert verdict(14, 200) == "14 of its last 200 mails bounced hard, and more than 10 of 200 are too many"
