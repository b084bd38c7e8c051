"""Pool, layout, wording and colours: what is printed, in what order, and that a join is the whole page."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.edition import Pool, Templates, bundled_directory, lay_out, make_edition, render_pool, render_whole
from digest.edition.colours import contrast, palette
from digest.edition.view import view
from digest.edition.wording import safe_url, shortened, shortened_blocks, spoken_date, wrapped
from digest.errors import ConfigError, StoreError, TemplateError
from digest.inlining import inline
from digest.message import Composer
from digest.models import (
    OTHER_TOPIC,
    Bullets,
    Cadence,
    Erratum,
    Kind,
    Length,
    Paragraph,
    Placement,
    Precision,
    Profile,
    PublishedDate,
    Section,
    SectionRole,
    Selection,
    Shape,
    Subheading,
)
from digest.selection import Limits, select
from tests.factories import a_newsletter, a_section, a_tree, a_window, an_entry, an_item
from tests.sample_issue import (
    DATE,
    EXPLAINER,
    EYES,
    FEW,
    WALKING,
    a_pool,
    a_selection,
    an_addressee,
    as_a_test,
    placed,
)
from tests.unit.mail_parts import canonical

POOL = a_pool()
#: As editors may leave it: notes for all and for some, an item in their words, one moved.
SHAPE = Shape(
    notes={"": "Dear <all>.\n\nWelcome & enjoy.", "vision": "%%NAME%% {{ hole('name') }}"},
    subjects={"": "Ours", "vision": "On eyes"},
    preheaders={"vision": "Look inside"},
)
SHAPED = (replace(FEW[0], edited=("headline", "key takeaway")), replace(FEW[1], section="vision"), *FEW[2:])
ERRATA = tuple(
    Erratum(
        id=number,
        headline="Walking <i>&</i> tiredness",
        issue_title="October 2026",
        url=url,
        retracted=retracted,
        sentence="The trial had 12 people, not <1,200>.",
    )
    for number, url, retracted in ((1, "https://made-up.info/1", False), (2, "javascript:x", True))
)
NOTED = a_pool(SHAPED, shape=SHAPE, errata=ERRATA)


def a_mail(*items, selection: Selection | None = None, pool: Pool | None = None, **addressee: str) -> tuple[str, str]:
    """HTML and text of a mail with all these items under their own first topic."""
    pool = pool or a_pool(items)
    chosen = selection or Selection(research=tuple(placed(item.summary.id, OTHER_TOPIC) for item in items))
    composer, edition = Composer(pool, date=DATE), make_edition(pool, chosen)
    reader = an_addressee(**addressee)
    return composer.html(edition, reader), composer.text(edition, reader)


# --- the pool --------------------------------------------------------------------------------------------


def test_a_pool_comes_back_from_its_bytes() -> None:
    """What is frozen in the database makes the same mails."""
    assert Pool.loads(POOL.dumps()) == POOL


def test_the_same_issue_makes_the_same_bytes() -> None:
    """Rendering twice gives the same pool, so an approval can be compared."""
    assert a_pool().dumps() == POOL.dumps()


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'{"version":99}', b'{"version":1}'])
def test_other_bytes_are_refused(data: bytes) -> None:
    """A pool that is none of ours is an error with words, not a traceback."""
    with pytest.raises(StoreError):
        Pool.loads(data)


def test_every_item_stands_in_every_length() -> None:
    """Readers of all lengths are served from one pool, in both forms."""
    wanted = {f"item/{item.summary.id}/{length.value}" for item in FEW for length in Length}
    assert wanted <= set(POOL.html.pieces) and POOL.html.pieces.keys() == POOL.text.pieces.keys()


def test_a_parent_topic_has_the_words_of_its_children() -> None:
    """A reader who follows a group is told which words of its topics were found."""
    assert "tiredness" in "".join(POOL.text.pieces["why/1/personal/symptoms"])


# --- the join --------------------------------------------------------------------------------------------

NUMBERS = {1: "research", 2: "research", 3: "research", 4: "background", 5: "research"}
TOPICS = ("fatigue-sleep", "vision", "pediatric", "btk", OTHER_TOPIC)


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    """Any order, length and placement of the sample's items."""
    numbers = draw(st.permutations([1, 2, 3, 5]))
    cut = draw(st.integers(0, 4))
    topic, also = st.sampled_from(TOPICS), st.lists(st.sampled_from(TOPICS[:4]), max_size=3, unique=True)

    def place(number: int) -> Placement:
        shorter = draw(st.sampled_from([None, Length.BRIEF]))
        return replace(placed(number, draw(topic), *draw(also)), length=shorter)

    return Selection(
        length=draw(st.sampled_from(Length)),
        general=draw(st.booleans()),
        research=tuple(sorted(map(place, numbers[:cut]), key=lambda placement: TOPICS.index(placement.topic_id))),
        background=(placed(4, "symptoms"),) if draw(st.booleans()) else (),
        also_new=tuple(place(number) for number in numbers[cut:]),
        left_over=tuple(place(9) for _ in range(draw(st.integers(0, 3)))),
        notes=tuple(draw(st.permutations(["", "vision"]))[: draw(st.integers(0, 2))]),
        subject=draw(st.sampled_from(["", "vision"])),
        corrections=tuple(draw(st.permutations([1, 2]))[: draw(st.integers(0, 2))]),
    )


@st.composite
def chosen(draw: st.DrawFn) -> Selection:
    """What a reader of any interests, mutes and length is given of the sample's items."""
    topics = st.lists(st.sampled_from([topic.id for topic in a_tree().topics]), max_size=4, unique=True)
    profile = Profile(
        interests=tuple(draw(topics)), mutes=frozenset(draw(topics)), length=draw(st.sampled_from(Length))
    )
    most = Limits(items=dict.fromkeys(Length, draw(st.integers(1, 5))), also_new=draw(st.integers(0, 3)))
    return select(profile, FEW, tree=a_tree(), limits=most)


NAMES = st.sampled_from(
    ["", "Ada", "李雷", "Łukasz", "Dr. <b>Bob</b>", 'O\'Neil & "Co"', "%%NAME%%", "=?utf-8?q?x?=", "x" * 200, "{{ x }}"]
) | st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cf", "Zs", "Co", "Cn"]), max_size=80)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(selection=selections() | chosen(), name=NAMES)
def test_a_join_is_the_page_rendered_from_scratch(selection: Selection, name: str) -> None:
    """For any selection, order and name: fragments joined equal that reader's mail rendered and inlined whole."""
    edition, reader = make_edition(NOTED, selection), an_addressee(name=name)
    fillings = {
        **lay_out(edition, NOTED.html.pieces),
        "greeting": (("greeting", {}),) if name else (),
        "name": name,
        "address": reader.address,
        "preferences": reader.preferences_url,
        "pause": reader.pause_url,
        "unsubscribe": reader.unsubscribe_url,
        "web": reader.web_url,
    }
    html, text = render_whole(
        SHAPED,
        fillings=fillings,
        window=a_window(),
        newsletter=a_newsletter(),
        tree=a_tree(),
        templates=_templates(),
        shape=SHAPE,
        errata=ERRATA,
    )
    composer = Composer(NOTED, date=DATE)
    assert canonical(composer.html(edition, reader)) == canonical(inline(html))
    assert composer.text(edition, reader) == text


@lru_cache(1)
def _templates() -> Templates:
    return Templates([bundled_directory()])


# --- the edition -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "subject"),
    [
        (Selection(research=(placed(1, "vision"),)), "November 2026: 1 new research summary for you"),
        (a_selection(), "November 2026: 3 new research summaries for you"),
        (replace(a_selection(), general=True), "November 2026: 3 new research summaries"),
        (Selection(background=(placed(4, "symptoms"),)), "November 2026: background reading for you"),
        (Selection(), "November 2026: nothing new for you"),
    ],
)
def test_the_subject_counts_and_names_no_topic(selection: Selection, subject: str) -> None:
    """A subject tells how much is inside and nothing about the reader's health."""
    assert make_edition(POOL, selection).subject == subject


def test_the_preheader_names_what_comes_first() -> None:
    """The preview line is made of this reader's headlines, in their order."""
    assert make_edition(POOL, a_selection()).preheader.startswith(WALKING.summary.entry.headline)


def test_equal_selections_make_one_edition() -> None:
    """The key depends on the content alone, and on all of it."""
    one, same = make_edition(POOL, a_selection()), make_edition(POOL, a_selection())
    other = make_edition(POOL, replace(a_selection(), left_over=()))
    assert one == same and one.key != other.key


def test_the_key_is_a_hash_of_all_that_is_said() -> None:
    """Keys stand in the ledger: the same edition has the same one in every version."""
    one = make_edition(POOL, a_selection())
    said = json.dumps([one.subject, one.preheader, asdict(one.selection)], sort_keys=True)
    assert one.key == hashlib.sha256(said.encode()).hexdigest()[:32]


def test_parts_stand_in_the_promised_order() -> None:
    """Opening, contents, sections as selected, background, also new, what waits, the standing note."""
    _, text = a_mail(pool=POOL, selection=a_selection())
    marks = [
        "Hello Ada",
        "3 new research",
        "In this issue",
        "\nFatigue and sleep",
        "\nEyes and vision",
        "\nChildren and teenagers",
        "\nBackground",
        "\nAlso new this month",
        "2 more summaries",
        "not all research",
        "/preferences/",
        "/pause/",
        "/unsubscribe/",
        "/web/",
        "1 Invented Street",
    ]
    found = [text.index(mark) for mark in marks]
    assert found == sorted(found)


def test_without_a_name_nobody_is_greeted() -> None:
    """A reader we know no name of reads no "Hello ,"."""
    assert all("Hello" not in form for form in a_mail(pool=POOL, selection=a_selection(), name=" "))


def test_the_quiet_note_says_so_and_has_no_items() -> None:
    """A month with nothing is a short note with a way to change the topics."""
    html, text = a_mail(pool=POOL, selection=Selection())
    assert "Nothing new was added to your topics" in html and "Nothing new was added to your topics" in text
    assert "<h3" not in html and "In this issue" not in html


@pytest.mark.parametrize(
    ("topics", "words"),
    [
        (("vision", "fatigue-sleep"), "as a reader gets it who follows: - Eyes and vision - Fatigue and sleep"),
        (("no-topic-any-more", "vision"), "as a reader gets it who follows: - Eyes and vision 3 new"),
        ((), "as a reader gets it who chose no topics."),
    ],
)
def test_a_test_says_as_whom(topics: tuple[str, ...], words: str) -> None:
    """For which issue, and as a reader of which topics; in lines for reading; the rest is the reader's mail."""
    edition = make_edition(POOL, a_selection())
    composer, reader = Composer(POOL, date=DATE), an_addressee(name="")
    text = composer.text(as_a_test(edition, *topics), reader)
    said, mail = text.partition("3 new")[0], composer.text(edition, reader)
    assert f"It shows November 2026 {words}" in " ".join((said + "3 new").split())
    assert all(len(line) <= 72 for line in said.splitlines()) and not re.search(r"\n{3}", text)
    assert text.partition("3 new")[2] == mail.partition("3 new")[2] and "This is a test" not in mail


def test_the_quiet_note_is_a_quiet_month() -> None:
    """Both forms say so before anything else."""
    for form in a_mail(pool=POOL, selection=Selection()):
        assert "A quiet month" in form.partition("Hello Ada")[2][:400]


def test_a_topic_without_words_falls_back() -> None:
    """An item placed where nothing matched still says why it is there."""
    _, text = a_mail(pool=POOL, selection=Selection(research=(placed(5, "pediatric"),)))
    assert "Why you see this: it fits no single topic" in text


def test_the_general_edition_does_not_claim_wishes() -> None:
    """A reader without interests follows nothing; the mail does not say they do."""
    _, text = a_mail(pool=POOL, selection=replace(a_selection(), general=True))
    assert "you follow" not in text and "it is about Fatigue and sleep" in text


def test_an_explainer_has_no_study() -> None:
    """Its date is when it was published, and nothing of it is called the study."""
    published = PublishedDate(day=date(2024, 8, 6), precision=Precision.DAY)
    facts = {"people": None, "design": None, "journal": None}
    item = an_item(9, entry=an_entry("nine", kind=Kind.BACKGROUND, published=published, **facts))
    chosen = Selection(background=(placed(9, OTHER_TOPIC),))
    html, text = a_mail(pool=a_pool([item]), selection=chosen)
    assert "published 6 August 2024" in text and "published 6 August 2024" in html
    assert "The study:" not in text and "About it: published" in text


def test_background_never_claims_to_be_new() -> None:
    """An explainer stands under its own heading, which says that it is no new research."""
    _, text = a_mail(pool=POOL, selection=Selection(background=(placed(4, "symptoms"),)))
    assert "They are not new research." in text and "new research summar" not in text


# --- one item --------------------------------------------------------------------------------------------


def test_limits_are_always_there() -> None:
    """A study whose source names no limits says exactly that, at every length."""
    for length in Length:
        selection = Selection(length=length, research=(placed(3, "vision"),))
        for form in a_mail(pool=POOL, selection=selection):
            assert "The source names no limits." in form


@pytest.mark.parametrize("length", list(Length))
def test_limits_are_never_cut(length: Length) -> None:
    """However long the considerations are, every word is printed."""
    limits = a_section(SectionRole.CONSIDERATIONS, *["A rather long sentence about what this cannot show."] * 60)
    shown = view(an_item(of={"sections": (limits,)}), length, until=date(2026, 12, 1))
    assert shown.limits == limits.blocks and shown.limits_line.count("cannot show") == 60


def test_brief_is_takeaway_and_limits() -> None:
    """A brief item has neither findings nor relevance."""
    brief = view(WALKING, Length.BRIEF, until=date(2026, 12, 1))
    assert brief.takeaway and brief.limits and not brief.parts


def test_full_prints_what_standard_leaves_for_the_source() -> None:
    """An explainer's questions are in the full form; the standard one says that there is more."""
    standard, full = (view(EXPLAINER, length, until=date(2026, 12, 1)) for length in (Length.STANDARD, Length.FULL))
    assert standard.cut and not full.cut
    assert [part.label for part in full.parts] == ["How to tell", "Questions readers ask"]


BARE, OTHER, HEADED = (
    Section(role=SectionRole.BODY, heading=heading, blocks=(Paragraph(text),))
    for heading, text in ((None, "It began at the sea."), (None, "A bus was hired."), ("Who paid?", "The town."))
)
FOUND, MATTERS = a_section(SectionRole.FINDINGS, "Walks helped."), a_section(SectionRole.RELEVANCE, "Rest is rare.")
SHORT = a_section(SectionRole.TAKEAWAY, "It helped.")


@pytest.mark.parametrize(
    ("sections", "labels"),
    [
        ((FOUND, MATTERS, BARE), ["What they found", "Why it matters", "More from the summary"]),
        ((FOUND, MATTERS, BARE, OTHER), ["What they found", "Why it matters", "More from the summary", ""]),
        ((FOUND, BARE, HEADED, OTHER, MATTERS),
         ["What they found", "More from the summary", "Who paid?", "More from the summary", "Why it matters"]),
        ((BARE, HEADED, FOUND), ["", "Who paid?", "What they found"]),
        ((BARE, OTHER, MATTERS, FOUND), ["", "", "What they found", "Why it matters"]),
        ((SHORT, BARE), [""]),
    ],
)  # fmt: skip
def test_no_text_stands_under_another_part_s_name(sections: tuple[Section, ...], labels: list[str]) -> None:
    """It keeps its place, and bears a name of its own where one stands above it."""
    full = view(an_item(of={"sections": sections}), Length.FULL, until=date(2026, 12, 1))
    assert [part.label for part in full.parts] == labels


def test_a_text_is_told_apart_where_there_is_no_frame() -> None:
    """In HTML the takeaway has one; in text a name ends it."""
    html, text = a_mail(an_item(of={"sections": (SHORT, BARE)}))
    assert "More from the summary" not in html
    assert "It helped.\n\nMore from the summary\n\nIt began at the sea." in text


def test_a_shorter_mail_prints_a_text_in_its_place_too() -> None:
    """The first of them, where nothing that was found stands there."""
    shown = view(an_item(of={"sections": (MATTERS, BARE, HEADED)}), Length.STANDARD, until=date(2026, 12, 1))
    assert [part.label for part in shown.parts] == ["Why it matters", "More from the summary"]


def test_lists_stay_lists() -> None:
    """Points are list elements in HTML and dashes in text."""
    html, text = a_mail(pool=POOL, selection=a_selection())
    assert html.count("<li") == 5 and "\n- Sleep became a little better" in text


def test_a_numbered_list_keeps_its_first_number() -> None:
    """Numbers that the text may speak of are those of the source, in HTML and in text; a list from 1 says nothing."""
    points = tuple(Bullets((f"First of {start}", "Next"), ordered=True, start=start) for start in (1, 4, 99))
    findings = Section(role=SectionRole.FINDINGS, blocks=points)
    html, text = a_mail(an_item(of={"sections": (findings,)}))
    assert [re.findall(r"start=\"(.+?)\"", element) for element in re.findall("<ol[^>]*>", html)] == [[], ["4"], ["99"]]
    assert re.findall(r"\n(\d+)\. (?:First|Next)", text) == ["1", "2", "4", "5", "99", "100"]


def test_an_item_from_before_is_marked_softly() -> None:
    """What waits from a missed issue says so."""
    assert view(EYES, Length.STANDARD, until=date(2026, 12, 1)).earlier
    assert "From an earlier month" in a_mail(EYES)[1]


@pytest.mark.parametrize(
    ("day", "precision", "words"),
    [
        (date(2026, 11, 12), Precision.DAY, "12 November 2026"),
        (date(2026, 11, 1), Precision.MONTH, "November 2026"),
        (date(2026, 1, 1), Precision.YEAR, "2026"),
        (date(2026, 12, 31), Precision.DAY, "dated 31 December 2026"),
        (date(2026, 12, 1), Precision.MONTH, "dated December 2026"),
        (date(2027, 1, 1), Precision.YEAR, "dated 2027"),
    ],
)
def test_dates_are_as_precise_as_known(day: date, precision: Precision, words: str) -> None:
    """A month stays a month, and a date to come is only what is printed on the journal."""
    assert spoken_date(PublishedDate(day=day, precision=precision), date(2026, 12, 1)) == words


# --- the editors' hand -----------------------------------------------------------------------------------


def test_notes_stand_at_the_top_in_their_order() -> None:
    """Between the greeting and what is inside; only those that are for this reader."""
    selection = replace(a_selection(), notes=("vision", ""))
    for form in a_mail(selection=selection, pool=NOTED):
        marks = [form.index(words) for words in ("Hello Ada", "%%NAME%%", "Welcome", "match your interests")]
        assert marks == sorted(marks)
    assert "From the editors" not in a_mail(selection=a_selection(), pool=NOTED)[1]


@pytest.mark.parametrize(
    ("selection", "subject", "preheader"),
    [
        (Selection(research=(placed(1, "btk"),)), "Ours", None),
        (Selection(research=(placed(1, "btk"),), subject="vision", preheader="vision"), "On eyes", "Look inside"),
        (Selection(subject="vision", preheader="vision"), "November 2026: nothing new for you", None),
    ],
)
def test_the_editors_subject(selection: Selection, subject: str, preheader: str | None) -> None:
    """For all, or for a topic's readers; a quiet note says that it is one. Without theirs the preheader says itself."""
    edition = make_edition(NOTED, selection)
    assert edition.subject == subject
    assert edition.preheader == (preheader or make_edition(POOL, selection).preheader)


def test_edited_words_say_so_where_they_stand() -> None:
    """At every length, and behind a headline among what is also new; the others say nothing."""
    for length in Length:
        html, text = a_mail(
            selection=Selection(length=length, research=(placed(1, "btk"), placed(3, "btk"))), pool=NOTED
        )
        assert "Edited by us for this issue: headline and key takeaway." in html
        assert text.count("Edited by us for this issue") == 1
    also = Selection(also_new=(placed(1, "btk"), placed(3, "btk")), research=(placed(2, "vision"),))
    assert [form.count("(edited by us)") for form in a_mail(selection=also, pool=NOTED)] == [1, 1]


@pytest.mark.parametrize(
    ("length", "edited", "told"),
    [
        (Length.FULL, ("headline", "key takeaway", "what they found", "references"),
         "headline, key takeaway and what they found"),
        (Length.STANDARD, ("what they found", "questions and answers"), "what they found and questions and answers"),
        (Length.BRIEF, ("key takeaway", "what they found", "important considerations"),
         "key takeaway and important considerations"),
        (Length.BRIEF, ("what they found",), ""),
    ],
)  # fmt: skip
def test_a_reader_is_told_of_edits_they_see(length: Length, edited: tuple[str, ...], told: str) -> None:
    """Of what is printed at their length, or was taken away; nobody sees references."""
    assert view(replace(FEW[0], edited=edited), length, until=date(2026, 12, 1)).edited_words == told


def test_corrections_stand_after_what_is_new() -> None:
    """What was right and what was withdrawn, with the issue they stood in; a hostile link is none."""
    html, text = a_mail(selection=replace(a_selection(), corrections=(1, 2)), pool=NOTED)
    marks = [text.index(words) for words in ("Why you see this", "You were sent these", "What is right", "withdrawn")]
    assert marks == sorted(marks) and text.count("In our issue of October 2026.") == 2
    assert "javascript" not in html + text and "&lt;1,200&gt;" in html


def test_a_mail_of_corrections_alone_says_so() -> None:
    """In its subject, its preheader and its first sentence, without naming what it is about."""
    edition = make_edition(NOTED, Selection(corrections=(1,), subject="vision", preheader="vision"))
    assert edition.subject == "November 2026: a correction to what we sent you"
    assert edition.preheader == "Something we sent you before was not right, and is put right here."
    text = a_mail(selection=edition.selection, pool=NOTED)[1]
    words = " ".join(text.split())
    assert (
        "Nothing new was added to your topics this month, but something that we sent you before was not right." in words
    )


def test_a_moved_item_says_why_it_stands_there() -> None:
    """Its reader follows the topic; words that were found for another one are not claimed for it."""
    text = a_mail(selection=Selection(research=(placed(2, "vision"),)), pool=NOTED)[1]
    assert "Why you see this: you follow Eyes and vision." in text


def test_a_pool_is_rendered_once_while_nothing_of_it_changes() -> None:
    """The very same paper for the same, made anew for whatever else it is made from."""
    paper = a_pool().html
    assert a_pool().html is paper
    others = [a_pool(name="Another"), a_pool(FEW[:3]), a_pool(shape=Shape(notes={"": "Dear readers"}))]
    assert all(other.html != paper for other in others)


def test_a_pool_is_rendered_anew_when_a_template_changes(tmp_path: Path) -> None:
    """And again as before when the change is taken back."""
    own = tmp_path / "issue.txt"

    def rendered() -> Pool:
        templates = Templates([tmp_path, bundled_directory()])
        return render_pool(FEW, window=a_window(), newsletter=a_newsletter(), tree=a_tree(), templates=templates)

    before = rendered()
    own.write_text((bundled_directory() / "issue.txt").read_text("utf-8") + "Printed by hand\n", "utf-8")
    assert rendered().text.page[-1].endswith("Printed by hand\n")
    own.unlink()
    assert rendered() == before


def test_a_template_without_room_for_notes_is_refused_when_there_are_some(tmp_path: Path) -> None:
    """An operator's own page would lose them without a word."""
    ours = (bundled_directory() / "issue.txt").read_text("utf-8")
    (tmp_path / "issue.txt").write_text(ours.replace('{{ slot("notes") }}', ""), encoding="utf-8")
    given = {"window": a_window(), "newsletter": a_newsletter(), "tree": a_tree()}
    templates = Templates([tmp_path, bundled_directory()])
    assert render_pool(FEW, **given, templates=templates)
    with pytest.raises(TemplateError, match=r"issue\.txt lacks notes"):
        render_pool(FEW, **given, templates=templates, shape=SHAPE)


# --- hostile words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<!--zstamp piece 0--> %%NAME%% {{ newsletter }} </td></table>",
        "a\x00b\x08c\u2028d\u202ee\ud800f\r\nBcc: x@example.org",
        '"><img src=x onerror=1>',
        "=?utf-8?q?=0D=0ABcc=3A_evil=40x.org?=",
    ],
)
def test_a_feed_writes_only_words(attack: str) -> None:
    """Whatever a title, tag or text holds, it adds no element and no control character."""
    entry = {
        "headline": attack,
        "journal": attack,
        "people": attack,
        "credibility": attack,
        "sections": (a_section(SectionRole.TAKEAWAY, attack, bullets=(attack,)),),
    }
    plain = {key: "words" for key in entry if key != "sections"}
    plain["sections"] = (a_section(SectionRole.TAKEAWAY, "words", bullets=("words",)),)
    html, text = a_mail(an_item(1, of=entry))
    assert _elements(html) == _elements(a_mail(an_item(1, of=plain))[0])
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u2028\u202e]", html + text)


@pytest.mark.parametrize("attack", ["<script>x</script>", "</td></table>", "<!--zstamp end -->", "{{ hole('name') }}"])
def test_an_editor_writes_only_words(attack: str) -> None:
    """A note is escaped as what feeds say: it adds no element, and fills no hole."""
    selection = Selection(notes=("",), research=(placed(1, "fatigue-sleep"),))
    hostile, plain = (
        a_mail(selection=selection, pool=a_pool(shape=Shape(notes={"": words}))) for words in (attack, "words")
    )
    assert _elements(hostile[0]) == _elements(plain[0])
    assert attack in hostile[1].replace("\n", " ")


def _elements(html: str) -> list[str]:
    return re.findall(r"<[a-z!/][a-z0-9]*", re.sub(r"(?s)<div class=\"preheader\".*?</div>", "", html))


def test_a_reader_s_name_is_never_a_template() -> None:
    """A name with markup or another hole's name is printed as it is."""
    html, text = a_mail(pool=POOL, selection=Selection(), name="<i>x</i>{{ hole('address') }}")
    assert "&lt;i&gt;x&lt;/i&gt;" in html and "<i>x</i>{{ hole('address') }}" in text


@pytest.mark.parametrize(
    "url",
    [
        None,
        "javascript:alert(1)",
        "/relative",
        "ftp://x.example.org",
        "https://",
        "https://user@x.example.org/",
        "https://x.example.org/a b",
        'https://x.example.org/"',
        "https://x.example.org/\n",
        "https://[x",
        "data:text/html,x",
    ],
)
def test_only_plain_web_links_are_links(url: str | None) -> None:
    """Everything but an absolute http or https url is left out, and the item stays."""
    assert safe_url(url) is None
    html, _ = a_mail(an_item(1, of={"url": url}))
    assert "Walking and fatigue" in html and "Read the original" not in html


# --- templates -------------------------------------------------------------------------------------------


def test_an_operator_overrides_one_file(tmp_path: Path) -> None:
    """A file of the same name in the first directory wins; the others stay ours."""
    (tmp_path / "issue.txt").write_text((bundled_directory() / "issue.txt").read_text() + "Our own last line\n")
    pool = _render(tmp_path)
    assert pool.text.page[-1].endswith("Our own last line\n") and pool.html == POOL.html


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("issue.txt", "one\n{{ nothing }}\n", r"issue\.txt:2: .*nothing"),
        ("issue.txt", "one\n\n{% if %}\n", r"issue\.txt:3: "),
        ("issue.txt", "{% include 'gone.txt' %}", r"no template 'gone.txt'"),
        ("issue.txt", "{{ 1 / 0 }}", r"issue\.txt:1: .*zero"),
        ("issue.txt", "{{ slot('gone') }}", r"no slot 'gone'"),
        ("issue.txt", "nothing at all", r"issue\.txt lacks .*unsubscribe"),
        ("issue.txt", "{{ hole('gone') }}", r"hole 'gone'"),
        ("issue.txt", "{{ hole('count') }} items", r"issue\.txt has a hole 'count' where nothing is counted"),
        ("_inlined.css", "p + p { color: red }", r"'\+'"),
    ],
)
def test_a_broken_template_names_its_place(tmp_path: Path, name: str, text: str, words: str) -> None:
    """An operator reads which file and line to mend, and no half-made mail leaves."""
    (tmp_path / name).write_text(text)
    with pytest.raises(TemplateError, match=words):
        _render(tmp_path)


def _render(directory: Path, **window: object) -> Pool:
    return render_pool(
        FEW,
        window=a_window(**window),
        newsletter=a_newsletter(),
        tree=a_tree(),
        templates=Templates([directory, bundled_directory()]),
    )


def test_a_weekly_mail_speaks_of_weeks(tmp_path: Path) -> None:
    """No reader of a weekly issue reads "this month"."""
    pool = _render(tmp_path, cadence=Cadence.WEEKLY, title="16 to 22 November 2026")
    assert not any(re.search("(this|earlier) month", form) for form in a_mail(pool=pool, selection=a_selection()))


# --- wording and colours ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("One. Two.", 20, "One. Two."),
        ("One is here. Two is there.", 20, "One is here."),
        ("Nothing but one very long sentence", 20, "Nothing but one…"),
        ("a \n b", 10, "a b"),
        ("It helps in MS. Or so they say.", 20, "It helps in MS."),
        ("复发次数较少。研究规模不大。", 10, "复发次数较少。"),
        ("他说「较少。」研究规模不大。", 10, "他说「较少。」"),
        ("接受治疗的患者复发次数较少", 8, "接受治疗的患者…"),
        ("研究 接受治疗的患者复发次数较少", 10, "研究 接受治疗的患…"),
        ("क्या यह सच है? हाँ। और भी बहुत कुछ।", 20, "क्या यह सच है? हाँ।"),
        ("A word", 1, "…"),
    ],
)
def test_texts_are_cut_at_sentences(text: str, limit: int, short: str) -> None:
    """Whole sentences while one fits, whole words and an ellipsis otherwise."""
    assert shortened(text, limit) == short


@pytest.mark.parametrize(
    "text",
    [
        "It is small. Relapses fell vs. Interferon alone, in few.",
        "It is small. Few did well, i.e. under 40, not others.",
        "It is small. Drug (e.g. Rituximab) helped nobody else.",
        "It is small. See Fig. 3 for the others, who lost.",
        "It is small. Seen by Example et al. In mice, not people.",
        "It is small. So says A. Example, who saw only mice.",
        "It is small. So says Dr. Example, who saw only mice.",
        "It is small. It was (n.s.) not seen in other people.",
        "It is small. They gained … but only the younger ones.",
        "It is small. They took approx. 40 mg and then fell ill.",
    ],
)
def test_no_text_is_cut_at_an_abbreviation(text: str) -> None:
    """What says less than its sentence may say something else: the cut is at an end that is sure to be one."""
    assert {shortened(text, limit) for limit in range(12, len(text))} == {"It is small."}


def test_a_cut_sentence_shows_that_it_is_one() -> None:
    """Where no sentence fits, the ellipsis stands also behind an abbreviation."""
    assert shortened("Relapses fell by 46% with ocrelizumab vs. interferon", 41) == (
        "Relapses fell by 46% with ocrelizumab…"
    )
    assert shortened("Relapses fell by 46% with ocrelizumab vs. interferon", 43).endswith("vs.…")


def test_blocks_are_cut_without_breaking_points() -> None:
    """A list loses whole points, a heading never stands last, and the first block always stays."""
    blocks = (Paragraph("a" * 30 + "."), Bullets(("b" * 30, "c" * 30)), Subheading("Next"), Paragraph("d" * 300))
    assert shortened_blocks(blocks, 70) == ((blocks[0], Bullets(("b" * 30,))), True)
    assert shortened_blocks(blocks, 1000) == (blocks, False)
    assert shortened_blocks(blocks[1:], 10) == ((Bullets(("b" * 30,)),), True)
    assert shortened_blocks(blocks, 100) == (blocks[:2], True)
    numbered = Bullets(("b" * 30, "c" * 30), ordered=True, start=4)
    assert shortened_blocks([numbered], 40) == ((replace(numbered, items=("b" * 30,)),), True)


def test_wrapped_lines_keep_urls_whole() -> None:
    """Lines end at 72 columns, save for a url that is longer."""
    url = "https://example.org/" + "x" * 90
    assert wrapped(f"{'word ' * 30}{url}").splitlines()[-1] == url


def test_the_text_part_is_plain() -> None:
    """72 columns but for urls, no markup and no entities left over."""
    _, text = a_mail(pool=POOL, selection=a_selection(Length.FULL))
    assert all(len(line) <= 72 for line in text.splitlines() if "://" not in line)
    assert not re.search(r"[<>{}]|&[a-z]+;|\n{4}", text)


@given(st.integers(0, 0xFFFFFF))
def test_any_accent_can_be_read(number: int) -> None:
    """Whatever colour an operator chooses, text in it has a contrast of 4.5 by day and by night."""
    for shades in (palette(f"#{number:06x}").light, palette(f"#{number:06x}").dark):
        assert min(contrast(shades.accent, on) for on in (shades.card, shades.tint, shades.on_accent)) >= 4.5
        assert min(contrast(shades.ink, on) for on in (shades.card, shades.tint)) >= 7
        assert contrast(shades.muted, shades.card) >= 4.5 and contrast(shades.warm_ink, shades.warm) >= 7


@pytest.mark.parametrize("accent", ["teal", "#fff", "#12345g", "0f6a6a"])
def test_an_accent_is_six_digits(accent: str) -> None:
    """Anything else is refused with an example."""
    with pytest.raises(ConfigError, match="#0f6a6a"):
        palette(accent)


def test_an_item_without_anything_is_still_an_item() -> None:
    """A headline alone makes a mail: no link, no label without words."""
    html, text = a_mail(an_item(1, of={"sections": (), "url": None, "journal": None, "published": None}))
    assert "Walking and fatigue" in text and "The study:" not in text and "Key takeaway" not in html


def test_another_language_is_named_and_directed() -> None:
    """An item in Arabic says so to screen readers and runs from right to left."""
    html, _ = a_mail(an_item(1, of={"language": "ar"}))
    assert 'lang="ar" dir="rtl"' in html


def test_an_entry_may_have_only_a_body() -> None:
    """Without findings the first words of the text are printed, also in the brief form."""
    item = an_item(1, entry=an_entry(sections=(a_section(SectionRole.BODY, "First words."),)))
    for length in Length:
        assert view(item, length, until=date(2026, 12, 1)).parts[0].blocks == (Paragraph("First words."),)
