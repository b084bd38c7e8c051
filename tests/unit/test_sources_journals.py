"""The journal that an article names for its study, and none that it names for another."""

from __future__ import annotations

import pytest

from digest.sources.journals import journal_in


@pytest.mark.parametrize(
    ("text", "journal"),
    [
        ("The study by Ada Kerrigan and others is published in Nerve and Muscle (2026;24:119).", "Nerve and Muscle"),
        (
            "It was published in the Annals of Heat, Cold, and Rain online on May 4, 2026.",
            "Annals of Heat, Cold, and Rain",
        ),
        ("The findings, published today in the journal Lantern, may change little.", "Lantern"),
        ("It was published in the March 2026 issue of Old Age Neurology.", "Old Age Neurology"),
        ("The paper appeared in Brain. It has 40 pages.", "Brain"),
        ("The team's work was published in JAMA Neurology on October 26.", "JAMA Neurology"),
        ("Both parts came out in The Lancet Neurology: Practice in spring.", "The Lancet Neurology: Practice"),
        ("The results were published in March.", None),
        ("It appeared in Europe and in the United States.", None),
        ("A 2011 study published in the journal Neurologic Tales found the same.", None),
        ("This essay was published in The Harbor Post.", None),
        ("Such results are preliminary until they are published in peer-reviewed journals.", None),
        ("One was published in Nerve and Muscle. Writing in Heat and Cold, others disagree.", None),
        ("Lesions appeared in Patients with long disease.", None),
    ],
)
def test_journal_in(text: str, journal: str | None) -> None:
    """Named once and for this study it is known; places, months, newspapers and other studies' journals are none."""
    assert journal_in([text]) == journal
