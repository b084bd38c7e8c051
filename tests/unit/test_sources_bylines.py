from __future__ import annotations

import pytest

from digest.sources.bylines import byline_date
from digest.sources.furniture import Rule, without_furniture
from digest.sources.headings import Headings
from digest.sources.journals import journal_named
from digest.sources.markup import read_html
from digest.sources.plaintext import read_text
from digest.sources.sections import read_summary


@pytest.mark.parametrize(
    "line",
    [
        "By Ada Example | November 12, 2026",
        "By Ada Example, November 12, 2026",
        "By Ada Example on November 12, 2026",
        "By Ada Example and Ben van Dyke, MD · 12 November 2026 · 5 min read",
        "November 12, 2026 | By Ada Example",
        "Written by: Ada Example – Updated: Nov 12, 2026",
    ],
)
def test_a_byline_has_a_date(line: str) -> None:
    """However name and date are parted, and whichever stands first."""
    date = byline_date(line)
    assert date is not None and date.day.isoformat() == "2026-11-12"


@pytest.mark.parametrize(
    "line",
    ["By November 12, 2026", "By March 2026", "By walking more, from 2 to 12 November 2026", "By Week 12 | 14",
     "By Ada Example", "Annals of Rest | November 12, 2026", "By Ada Example | The study was small. | May 2, 2026",
     "By November 12, 2026, all people had walked farther."],
)  # fmt: skip
def test_what_is_no_byline(line: str) -> None:
    """A time by which something happened, or a name without a date."""
    assert byline_date(line) is None


def test_a_byline_is_left_out_and_its_date_is_read() -> None:
    """It is listed as what it is; the lines around it stay."""
    text = "A title\nBy Ada Example | November 12, 2026\nKey takeaway\nPeople walked.\nAuthors: Example A, Other B"
    reading = read_summary(read_text(text).pieces, headings=Headings(), title_first=True)
    assert [cut.rule for cut in reading.cut] == [Rule.BYLINE, Rule.BYLINE]
    assert reading.published is not None and reading.published.day.isoformat() == "2026-11-12"
    assert (reading.headline, len(reading.sections[0].blocks)) == ("A title", 1)


@pytest.mark.parametrize(
    "line",
    ["The post Walking and rest appeared first on Plain News.", "The post Walking appeared first on Plain News",
     "The article Walking first appeared on Plain News.", "This story first appeared on Plain News.",
     "This article was originally published on Plain News."],
)  # fmt: skip
def test_where_a_post_appeared_first_is_no_journal(line: str) -> None:
    """It is a line of the site, whose name is none, also where it was run into the text."""
    assert journal_named(line) is None
    for html in (f"<p>It was small.</p><p>{line}</p>", f"<p>It was small. {line}</p>"):
        reading = read_summary(read_html(f"<h2>Limits</h2>{html}").pieces, headings=Headings())
        assert (reading.journal, [cut.text for cut in reading.cut]) == (None, [line])


@pytest.mark.parametrize(
    "line",
    ["This article first appeared in Annals of Rest.", "The article was first published on 12 March 2026.",
     "The post office appeared first on their list of fears, said 40 people."],
)  # fmt: skip
def test_what_only_sounds_like_it_stays(line: str) -> None:
    """A journal, a day, a thing that people said."""
    kept, _ = without_furniture(read_html(f"<p>{line}</p>").pieces, Headings())
    assert [piece.text for piece in kept] == [line]
