"""The chart: what an issue's research was about, counted for everybody alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.edition import Pool, make_edition, render_pool
from digest.edition.chart import Chart, chart_of
from digest.message import Composer
from digest.models import IssueItem, Kind, Length, Match, Selection, Topic, TopicTree
from tests.factories import a_newsletter, a_tree, a_window, an_item
from tests.sample_issue import DATE, FEW, a_pool, a_selection, an_addressee, placed
from tests.unit.test_edition import _templates

WIDE = TopicTree(condition="x", topics=tuple(Topic(id=f"t{number}", label=f"Topic {number}") for number in range(12)))


def items(*topics: str | None, **given: object) -> list[IssueItem]:
    """One new study for each topic named; None for one that is about no topic."""
    return [
        replace(an_item(number), matches=(Match(topic_id=topic, score=1.0),) if topic else (), **given)  # type: ignore[arg-type]
        for number, topic in enumerate(topics, 1)
    ]


def rows(chart: Chart | None) -> list[tuple[str, int]]:
    return [] if chart is None else [(bar.label, bar.count) for bar in chart.bars]


@pytest.mark.parametrize(
    ("topics", "expected"),
    [
        (["vision", "vision", "btk"], [("Symptoms", 2), ("Treatments", 1)]),
        (["vision", "fatigue-sleep", "symptoms", "pediatric"], [("Symptoms", 3), ("Children and teenagers", 1)]),
        (["btk", "vision", "pediatric"], [("Treatments", 1), ("Symptoms", 1), ("Children and teenagers", 1)]),
        (["vision", None, None, None], [("Symptoms", 1), ("Other topics", 3)]),
        (["vision", "gone", "btk"], [("Treatments", 1), ("Symptoms", 1), ("Other topics", 1)]),
        (["vision", "btk"], []),
        (["vision", "vision", "fatigue-sleep"], []),
        ([], []),
    ],
)
def test_studies_count_under_the_top_of_their_topic(topics: list[str | None], expected: list[tuple[str, int]]) -> None:
    """The most frequent first, then the editors' order, what is left over last; too little makes no picture."""
    assert rows(chart_of(items(*topics), a_tree())) == expected


def test_a_study_counts_once() -> None:
    """Under its heaviest topic, however many it has and however many summaries of it there are."""
    one, two, three = items("vision", "btk", "pediatric")
    both = replace(one, matches=(*one.matches, Match(topic_id="btk", score=0.5)))
    twin = replace(two, summary=replace(two.summary, id=9))
    chart = chart_of([both, two, twin, three], a_tree())
    assert chart is not None and chart.total == 3 == sum(count for _, count in rows(chart))


def test_only_new_research_counts() -> None:
    """Explainers and what waited from an earlier issue are no research of this month."""
    new = items("vision", "btk", "pediatric")
    waited = items("vision", "vision", fresh=False)
    explainer = an_item(7, "vision", of={"kind": Kind.BACKGROUND})
    assert chart_of([*new, *waited, explainer], a_tree()) == chart_of(new, a_tree())


@pytest.mark.parametrize(("count", "more", "last"), [(7, 0, "Topic 6"), (8, 0, "Other topics"), (6, 1, "Other topics")])
def test_seven_rows_at_most(count: int, more: int, last: str) -> None:
    """What does not fit is counted in the last row, so the rows always add up."""
    topics = [f"t{number}" for number in range(count) for _ in range(count - number)]
    chart = chart_of(items(*topics, *[None] * more), WIDE)
    assert chart is not None and len(chart.bars) == 7
    assert chart.bars[-1].label == last and sum(bar.count for bar in chart.bars) == chart.total


def test_every_bar_can_be_seen() -> None:
    """The longest fills its room, one study among a hundred is still there."""
    chart = chart_of(items(*["vision"] * 100, "btk"), a_tree())
    assert chart is not None and [bar.percent for bar in chart.bars] == [100, 4]


def _mail(pool: Pool, selection: Selection) -> tuple[str, str]:
    composer, edition = Composer(pool, date=DATE), make_edition(pool, selection)
    return composer.html(edition, an_addressee()), composer.text(edition, an_addressee())


def test_the_chart_says_nothing_about_its_reader() -> None:
    """Readers of different interests and lengths see the same rows."""
    selections = (a_selection(), Selection(length=Length.BRIEF, research=(placed(2, "pediatric"),)), Selection())
    charts = {html[html.index('<div class="chart"') : html.index("</table>\n</div>")] for html, _ in (
        _mail(a_pool(), selection) for selection in selections
    )}  # fmt: skip
    assert len(charts) == 1


def test_the_text_part_says_the_same() -> None:
    """Each row is a line of words; there is no picture to miss."""
    _, text = _mail(a_pool(), a_selection())
    rows = "- Treatments: 1\n- Symptoms: 1\n- Children and teenagers: 1\n"
    assert f"main topic:\n\n{rows}" in text and "All 3 new studies" in text


def test_a_preview_of_a_few_items_charts_the_whole_issue() -> None:
    """What an editor sees for one reader holds the chart that this reader gets."""
    part = render_pool(
        FEW[:1], whole=FEW, window=a_window(), newsletter=a_newsletter(), tree=a_tree(), templates=_templates()
    )
    selection = Selection(research=(placed(1, "fatigue-sleep"),))
    assert _mail(part, selection) == _mail(a_pool(), selection)
