"""Selection: the right items, each once, in the reader's order, and nothing lost."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models import (
    OTHER_TOPIC,
    IssueItem,
    Kind,
    Length,
    Placement,
    Precision,
    Profile,
    PublishedDate,
    Selection,
)
from digest.selection import History, Limits, best_of, editors_order, is_old, rating, select
from tests.factories import a_tree, an_entry, an_item

TREE = a_tree()
TOPICS = [topic.id for topic in TREE.topics]


def read(profile: Profile, *items: IssueItem, limit: int = 12, history: History | None = None) -> Selection:
    limits = Limits(items=dict.fromkeys(Length, limit))
    return select(profile, items, tree=TREE, limits=limits, history=history or History())


def ids(placements: tuple[Placement, ...]) -> list[int]:
    return [placement.summary_id for placement in placements]


def wants(*interests: str, **given: object) -> Profile:
    return Profile(interests=interests, **given)  # type: ignore[arg-type]


def background(number: int, *topics: str) -> IssueItem:
    return an_item(number, *topics, entry=an_entry(str(number), kind=Kind.BACKGROUND))


def test_sections_follow_the_readers_interests_not_the_editors_order() -> None:
    """What a reader named first stands first."""
    selection = read(wants("vision", "btk"), an_item(1, "btk"), an_item(2, "vision"))
    assert [topic for topic, _ in selection.sections] == ["vision", "btk"]


def test_an_item_stands_once_and_names_its_other_topics() -> None:
    """An item about two interests stands in the one it says most about, and mentions the other."""
    selection = read(wants("vision", "btk"), an_item(1, "btk", "vision"))
    assert [(one.topic_id, one.also) for one in selection.research] == [("btk", ("vision",))]


def test_the_most_specific_topic_is_the_section() -> None:
    """A reader of all treatments finds a BTK study under BTK, even when it scores higher as a treatment."""
    selection = read(wants("treatments"), an_item(1, "treatments", "btk"))
    assert selection.research[0].topic_id == "btk"


def test_an_interest_in_a_group_covers_its_topics() -> None:
    """Following "Symptoms" brings fatigue and vision alike, and nothing else."""
    selection = read(wants("symptoms"), an_item(1, "vision"), an_item(2, "btk"), an_item(3, "fatigue-sleep"))
    assert ids(selection.research) == [1, 3]


def test_fair_share_gives_a_rare_topic_its_place() -> None:
    """Ten busy-topic items never drown the one pediatric item."""
    busy = [an_item(number, "btk") for number in range(1, 11)]
    selection = read(wants("btk", "pediatric"), *busy, an_item(99, "pediatric"), limit=4)
    assert ids(selection.research) == [1, 2, 3, 99]


def test_what_does_not_fit_rolls_over() -> None:
    """An item past the limit is left over, not lost."""
    selection = read(wants("btk"), *(an_item(number, "btk") for number in range(1, 6)), limit=3)
    assert (ids(selection.research), ids(selection.left_over)) == ([1, 2, 3], [4, 5])


def test_what_waited_comes_first_for_whom_it_waits() -> None:
    """A rolled-over item leads its section; a reader who does not wait for it never sees it."""
    items = [an_item(1, "btk"), an_item(2, "btk", fresh=False)]
    waiting = read(wants("btk"), *items, history=History(waiting=frozenset({2})))
    assert (ids(waiting.research), ids(read(wants("btk"), *items).research)) == ([2, 1], [1])


def test_a_received_study_never_comes_again() -> None:
    """Not from another source either: the study decides, not the summary."""
    again = an_item(7, "btk", study_id=1)
    selection = read(wants("btk"), again, an_item(2, "btk"), history=History(received=frozenset({1})))
    assert ids(selection.research) == [2]


def test_two_summaries_of_one_study_are_one_item() -> None:
    """The first in the editors' order stands; a fresh one is preferred to one that waits."""
    items = [an_item(1, "btk", study_id=5, fresh=False), an_item(2, "btk", study_id=5), an_item(3, "btk", study_id=5)]
    assert ids(read(wants("btk"), *items, history=History(waiting=frozenset({5}))).research) == [2]


@pytest.mark.parametrize(
    ("profile", "chosen"),
    [
        (wants("vision"), [2]),
        (wants("btk"), [1]),
        (wants("btk", mutes=frozenset({"vision"})), [1]),
        (wants("vision", mutes=frozenset({"pediatric"})), [2]),
        (wants("btk", mutes=frozenset({"pediatric"})), [2]),
        (Profile(), [1]),
        (Profile(mutes=frozenset({"pediatric"})), [2]),
    ],
)
def test_a_study_comes_as_the_summary_that_is_for_the_reader(profile: Profile, chosen: list[int]) -> None:
    """Another source may have found their topic in it, or have nothing in it that they mute."""
    items = [an_item(1, "btk", "pediatric", study_id=5), an_item(2, "btk", "vision", study_id=5)]
    selection = read(profile, *items)
    assert (ids(selection.research), ids(selection.also_new)) == (chosen, [])


def test_a_pin_brings_no_summary_to_whom_it_is_not_for() -> None:
    """Of one study, the reader's topic comes before the editors' preference."""
    items = [an_item(1, "btk", study_id=5, pinned=True), an_item(2, "vision", study_id=5)]
    assert (ids(read(wants("vision"), *items).research), ids(read(wants("btk"), *items).research)) == ([2], [1])


@pytest.mark.parametrize("mute", ["vision", "symptoms"])
def test_a_mute_wins_over_an_interest(mute: str) -> None:
    """An item about anything muted, or below a muted group, is out: as item and as headline."""
    selection = read(wants("btk", mutes=frozenset({mute})), an_item(1, "btk", "vision"), an_item(2, "vision"))
    assert selection.is_empty and not selection.also_new


def test_no_interests_means_the_general_edition() -> None:
    """It has every topic in the editors' order, and what fits none at the end."""
    selection = read(Profile(), an_item(1), an_item(2, "pediatric"), an_item(3, "anti-cd20"))
    assert [topic for topic, _ in selection.sections] == ["anti-cd20", "pediatric", OTHER_TOPIC]
    assert selection.general and not selection.also_new


def test_background_stands_apart_and_never_as_research() -> None:
    """An explainer has its own place and its own limit; the rest of them roll over."""
    selection = read(wants("btk"), *(background(number, "btk") for number in (1, 2, 3)), an_item(4, "btk"))
    assert (ids(selection.research), ids(selection.background), ids(selection.left_over)) == ([4], [1, 2], [3])


def test_headlines_of_other_topics_take_turns() -> None:
    """The also-new list shows what is outside the interests, one of each topic before a second of any."""
    others = [an_item(number, "vision") for number in (1, 2, 3)]
    selection = read(wants("btk"), an_item(9, "btk"), *others, an_item(4, "pediatric"), an_item(5))
    assert ids(selection.also_new) == [1, 4, 5, 2, 3]


def test_headlines_alone_are_no_mail() -> None:
    """Nothing for the reader's interests is nothing new."""
    selection = read(wants("btk"), an_item(1, "vision"))
    assert selection.is_empty and ids(selection.also_new) == [1]


def test_a_pinned_item_leads_its_section() -> None:
    """What an editor pinned stands before what merely came earlier."""
    assert ids(read(wants("btk"), an_item(1, "btk"), an_item(2, "btk", pinned=True)).research) == [2, 1]


pools = st.lists(
    st.tuples(
        st.integers(1, 30), st.lists(st.sampled_from(TOPICS), max_size=3, unique=True), st.booleans(), st.booleans()
    ),
    max_size=40,
)
profiles = st.builds(
    Profile,
    interests=st.lists(st.sampled_from(TOPICS), max_size=4, unique=True).map(tuple),
    mutes=st.frozensets(st.sampled_from(TOPICS), max_size=2),
)


@given(pool=pools, profile=profiles, limit=st.integers(1, 8), received=st.frozensets(st.integers(1, 30)))
def test_nothing_twice_nothing_lost(pool: list, profile: Profile, limit: int, received: frozenset[int]) -> None:
    """Whatever the pool: each study at most once, none received before, none muted, and none for the reader lost."""
    items = [
        an_item(
            number,
            *topics,
            study_id=study,
            fresh=fresh,
            entry=an_entry(kind=Kind.BACKGROUND if explains else Kind.RESEARCH),
        )
        for number, (study, topics, fresh, explains) in enumerate(pool)
    ]
    history = History(received=received, waiting=frozenset(range(1, 31)))
    selection = read(profile, *items, limit=limit, history=history)
    placed = [*selection.research, *selection.background, *selection.left_over, *selection.also_new]
    studies = [placement.study_id for placement in placed]
    assert len(studies) == len(set(studies)) and received.isdisjoint(studies)
    everything = read(profile, *items, limit=99, history=history)
    for_me = {*selection.research, *selection.background, *selection.left_over}
    assert for_me == {*everything.research, *everything.background, *everything.left_over}
    assert len(selection.research) == min(limit, len(everything.research))


@given(
    pool=pools,
    interests=st.lists(st.sampled_from(TOPICS), min_size=1, max_size=4, unique=True),
    limit=st.integers(1, 8),
)
def test_every_interest_gets_one_before_any_gets_two(pool: list, interests: list[str], limit: int) -> None:
    """No section of an interest has two items while another interest with an item has none."""
    items = [an_item(number, *topics) for number, (_, topics, _, _) in enumerate(pool)]
    selection = read(wants(*interests), *items, limit=limit)

    def served(placement: Placement) -> int:
        return min(interests.index(above) for above in TREE.lineage(placement.topic_id) if above in interests)

    counts = [sum(served(one) == interest for one in selection.research) for interest in range(len(interests))]
    starved = {served(one) for one in selection.left_over if not counts[served(one)]}
    assert not starved or max(counts) <= 1


def dated(year: int, month: int, day: int, precision: Precision) -> PublishedDate:
    return PublishedDate(day=date(year, month, day), precision=precision)


@pytest.mark.parametrize(
    ("published", "old"),
    [
        (None, False),
        (dated(2024, 1, 1, Precision.YEAR), False),
        (dated(2023, 1, 1, Precision.YEAR), True),
        (dated(2024, 11, 1, Precision.MONTH), False),
        (dated(2024, 10, 1, Precision.MONTH), True),
        (dated(2024, 11, 22, Precision.DAY), False),
        (dated(2024, 11, 21, Precision.DAY), True),
        (dated(2027, 12, 31, Precision.DAY), False),
    ],
)
def test_the_guard_against_old_studies(published: PublishedDate | None, old: bool) -> None:
    """A study is old when the whole span its date may mean lies further back than the limit."""
    assert is_old(published, today=date(2026, 11, 22), years=2) is old
    assert is_old(published, today=date(2026, 11, 22), years=None) is False


@pytest.mark.parametrize(
    ("words", "share"),
    [
        ("4/5", 0.8),
        ("4.5 out of 5", 0.9),
        ("High", 0.8),
        ("very high", 1.0),
        ("Low (small study)", 0.2),
        (None, 0.5),
        ("9/0", 0.5),
    ],
)
def test_ratings(words: str | None, share: float) -> None:
    """A source's rating is read as a share of its best, and silence counts as the middle."""
    assert rating(words) == pytest.approx(share)


def test_the_pool_begins_with_what_is_most_credible_then_newest() -> None:
    """Credibility comes before interest, interest before age, and the newest of equals first."""
    ratings = [("2/5", "5/5"), ("4/5", "1/5"), ("4/5", "3/5"), ("4/5", "3/5")]
    items = [
        an_item(number, of={"credibility": first, "interest": second}) for number, (first, second) in enumerate(ratings)
    ]
    assert [item.summary.id for item in editors_order(items)] == [3, 2, 1, 0]


# --- back from a pause -----------------------------------------------------------------------------------


def old(*numbers: int, topic: str = "fatigue-sleep") -> list[IssueItem]:
    return [an_item(number, topic, fresh=False) for number in numbers]


def back(missed: range, items: list[IssueItem], *interests: str, limit: int = 4) -> Selection:
    """What somebody gets who comes back from a pause over these studies, with room for so many."""
    return read(wants(*interests), *items, limit=limit, history=History(missed=frozenset(missed)))


def test_the_best_of_what_was_missed_comes_in_half_the_room() -> None:
    """And what is new in the other half; what is new and does not fit waits, what was missed does not."""
    items = [*old(1, 2, 3, 4, 5), *(an_item(number, "fatigue-sleep") for number in (11, 12, 13))]
    selection = back(range(6), items, "fatigue-sleep")
    assert {one.summary_id for one in selection.research} == {1, 2, 11, 12}
    assert [one.summary_id for one in selection.left_over] == [13]


def test_where_little_is_new_more_of_the_missed_comes() -> None:
    """The mail is as long as any other."""
    selection = back(range(9), [*old(*range(1, 9)), an_item(11, "fatigue-sleep")], "fatigue-sleep")
    assert len(selection.research) == 4 and selection.left_over == ()


def test_what_was_missed_is_shared_fairly() -> None:
    """A rare topic comes before a second item of a busy one."""
    items = [*old(1, 2, 3), *old(4, topic="vision"), *(an_item(number, "fatigue-sleep") for number in (11, 12))]
    assert 4 in {one.summary_id for one in back(range(9), items, "fatigue-sleep", "vision").research}


def test_who_did_not_pause_gets_nothing_old() -> None:
    """An item that is not fresh is for those who wait for it or missed it."""
    assert back(range(0), old(1, 2), "fatigue-sleep").is_empty


def test_the_best_of_many_has_something_of_every_topic() -> None:
    """One of every main topic before a second of any, in the editors' order."""
    items = [*old(1, 2, 3, 4), *old(5, topic="vision"), *old(6, topic="btk")]
    chosen = {item.summary.id for item in best_of(items, 3)}
    assert len(chosen) == 3 and {5, 6} <= chosen
    assert best_of(items, 99) == list(editors_order(items))
