"""What belongs to the page: each rule cuts what it knows, and no more."""

from __future__ import annotations

import time

import pytest

from digest.sources.furniture import Rule, without_furniture
from digest.sources.headings import Headings
from digest.sources.journals import journal_named
from digest.sources.lines import is_line_of_page
from digest.sources.markup import read_html
from digest.sources.more import unglued
from digest.sources.pieces import Piece, Shape
from digest.sources.standing import is_advice, is_offer, is_standing

STUDY = "Forty adults walked further with the vest than without it."
LIMITS = "The study was small, and nobody was assigned by chance."


def kept(*texts: str, shape: Shape = Shape.TEXT) -> list[str]:
    return [one.text for one in without_furniture([Piece(shape, text) for text in texts], Headings())[0]]


def of_html(html: str) -> list[str]:
    return [one.text for one in without_furniture(read_html(html).pieces, Headings())[0]]


@pytest.mark.parametrize(
    "line",
    ["Related: Our guide to heat", "See also: Sleep and you", "Share this article:", "Advertisement", "Comments: 12",
     "Read next: Ten tips", "You may also like: Heat", "Follow us: @example", "Newsletter: Sign up", "Share",
     "Recommended: Our shop", "Trending: Snow", "Contact us: 555", "Subscribe", "Up next: A walk",
     "Further reading: A book", "More like this: B", "Continue reading Heat and walking", "5 min read",
     "Read more", "(more…)"],
)  # fmt: skip
def test_a_line_of_the_page_removes_itself_alone(line: str) -> None:
    """What stands above and below it is content, whatever the label says."""
    assert kept(STUDY, line, LIMITS) == [STUDY, LIMITS]


@pytest.mark.parametrize(
    "text", ["Recommended: 600 mg a day.", "Comments: 40 of 60 people wrote one.", "Recommended: 5 minutes"]
)
def test_a_label_that_may_announce_a_fact_keeps_it(text: str) -> None:
    """A dose is no offer."""
    assert kept(STUDY, text) == [STUDY, text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f"{STUDY} Read More", [STUDY, "Read More"]),
        (f"{STUDY} Continue reading →", [STUDY, "Continue reading →"]),
        (f"{STUDY} (more…)", [STUDY, "(more…)"]),
        ("Read More12/1/2026", ["Read More", "12/1/2026"]),
        ("a cut liRead More12/1/2026", ["a cut li", "Read More", "12/1/2026"]),
        ("Read moreMar 1, 2026", ["Read more", "Mar 1, 2026"]),
        ("Read MoreWhether you walk or not", ["Read More", "Whether you walk or not"]),
        ("12/1/2026Learn how", ["12/1/2026", "Learn how"]),
        ("1 March 2026Learn how", ["1 March 2026", "Learn how"]),
        ("Read more about fatigue in 40 people.", ["Read more about fatigue in 40 people."]),
        ("They read more than before.", ["They read more than before."]),
    ],
)
def test_what_was_run_together_is_parted(text: str, parts: list[str]) -> None:
    """The words of a link are cut out, and both sides are looked at anew."""
    assert [one.text for one in unglued(Piece(Shape.TEXT, text))] == parts


def test_teasers_without_any_heading() -> None:
    """Behind the study a date and a text that breaks off are another article's, its titles too."""
    titles = ("Heat and MS: what to know", "Heat and MS: what to know")
    teaser = ("12/31/2026", "Learn how heat can worsen the symptoms of ma", "Read More")
    assert kept(STUDY, LIMITS, *titles, *teaser) == [STUDY, LIMITS]
    assert kept(STUDY, LIMITS, "3/1/2026", "A teaser that is whole leads on, as well.", "Read More") == [STUDY, LIMITS]


def test_a_date_at_the_head_begins_no_furniture() -> None:
    """A title, its date and a first line without a full stop are the study's own."""
    assert kept("A title", "3/1/2026", "A line that says it all in a few words", STUDY)[-2:] == [
        "A line that says it all in a few words",
        STUDY,
    ]


def test_one_link_at_the_end_takes_no_text_with_it() -> None:
    """An entry's own text that breaks off above its only link stays."""
    assert kept(STUDY, "The effect lasted for two hours until it was", "Read more") == [
        STUDY,
        "The effect lasted for two hours until it was",
    ]


def test_the_article_goes_on_behind_a_box_of_links() -> None:
    """A heading of the page takes its links with it, and no prose behind them."""
    prose = f"{STUDY} {LIMITS} Two more sentences stand here so that it is long. They say nothing new, but are there."
    box = "<h3>Related articles</h3><ul><li><a href='/a'>One</a></li><li><a href='/b'>Two</a></li></ul>"
    assert of_html(f"<p>{STUDY}</p>{box}<p>{prose}</p>") == [STUDY, prose]


def test_people_s_words_under_a_heading_are_the_page_s() -> None:
    """Comments and the author's life are long prose, and are no part of the study."""
    prose = "I walked to the sea and back. It took me all day, and I was tired for a week. My doctor laughed. " * 3
    html = f"<p>{STUDY}</p><h2>Comments</h2><p>{prose}</p><h2>Limitations</h2><p>{LIMITS}</p>"
    assert of_html(html) == [STUDY, "Limitations", LIMITS]


STANDING = [
    "Whether you are new to it or not, the latest research is hard to follow. Studies in respected journals like X.",
    "Not all research is equal. Some studies have few people. We recommend the original source, and to ask a doctor.",
    "We aim to help patients stay informed by presenting a wide range of studies, for informed decisions.",
    "This page is for general information only and does not replace medical advice.",
    "Understanding MS Research",
]


@pytest.mark.parametrize("text", STANDING)
def test_a_standing_paragraph_is_known_by_what_it_says(text: str) -> None:
    """It speaks of research in general and names no finding."""
    assert is_standing(text)
    assert kept(STUDY, LIMITS, text) == [STUDY, LIMITS]


@pytest.mark.parametrize(
    "text",
    [
        LIMITS,
        "Not all studies agree with this one: of 38 people, 12 felt no change, and the study did not ask why.",
        "Some studies found the opposite, so the findings of this trial need to be repeated.",
        "The research was paid for by the maker, and the participants knew what they took.",
        "Patients should discuss these findings with their doctors to see what they mean for them.",
    ],
)
def test_limits_of_a_study_are_no_standing_paragraph(text: str) -> None:
    """Words such as "research" do not make one: it is about this study."""
    assert not is_standing(text)
    assert kept(STUDY, text) == [STUDY, text]


def test_under_a_heading_of_considerations_nothing_is_cut_by_what_it_says() -> None:
    """A limit that is lost is worse than a sentence too many."""
    assert kept("Important Considerations", STANDING[1]) == ["Important Considerations", STANDING[1]]


def test_behind_teasers_only_what_is_of_the_study_stays() -> None:
    """A site's own words in any wording stand there; limits of the study would say so."""
    teaser = ("Learn how a walk in the garden may ea", "Read More")
    teasers = [line for day in (2, 3) for line in (f"3/{day}/2026", *teaser)]
    odd = "Lantern brings together what is new, so that nobody walks alone."
    assert kept("Limitations", LIMITS, *teasers, odd) == ["Limitations", LIMITS]
    assert kept(STUDY, *teasers, LIMITS)[-1] == LIMITS


@pytest.mark.parametrize(
    "text",
    ["Always discuss health information with your healthcare provider.", "Please consult a qualified neurologist.",
     "Talk to your doctor before you change a treatment.", "Never ignore medical advice.",
     "If you have any questions, ask your nurse."],
)  # fmt: skip
def test_advice_to_anybody(text: str) -> None:
    """It is cut as a paragraph of its own, in a box of takeaways and below references, too."""
    assert is_advice(text)
    reference = "Example A. Walking in the heat. J Inv 2020; 3:14."
    assert kept("Key Takeaways", STUDY, text) == ["Key Takeaways", STUDY]
    assert kept("References", reference, text) == ["References", reference]


@pytest.mark.parametrize(
    "text",
    ["Talk to your doctor about these results before you change a treatment.", "Follow-up by a nurse was short.",
     "Ask whether the study was about people like you.", "Contact with a nurse was rare.", "Discussing pain helped."],
)  # fmt: skip
def test_advice_that_speaks_of_the_study_stays(text: str) -> None:
    """It is a part of what the study means."""
    assert not is_advice(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Talk to Medira to find out whether it suits you.", True),
        ("Did you like this article? Get the latest in your inbox every week. Subscribe now", True),
        ("Try CoolVest today!", True), ("Your gift funds research. Donate", True), ("Every £20 pays for a call.", True),
        ("This page is for information only and is no medical advice.", True),
        ("Participants were asked to subscribe to a newsletter.", False), ("The trial was paid by a donation.", False),
        ("People were told to try walking today and to rest tomorrow.", False),
        ("Talk to Medira if you noticed any of these.", True), ("Chat with Medira.", True),
        ("Talk to MS nurses if you noticed any of these.", False), ("Speak to Dr. Ito if you can.", False),
        ("Sign up for our letters.", True),
        ("Donate today.", True), ("Download our app.", True), ("Ask Medira whether you need this test.", True),
        ("Talk to Your nurse about it.", False), ("Register data came from two countries.", False),
        ("Join pain and fatigue fell together.", False), ("Buy-in from clinics was needed.", False),
    ],
)  # fmt: skip
def test_offers_of_a_site(text: str, is_one: bool) -> None:
    """Somebody with a name of their own offers something; a doctor does not."""
    assert is_offer(text) is is_one


@pytest.mark.parametrize(
    ("text", "journal"),
    [
        ("Studies in medical journals like Annals of invented and other neurology often range from early work.",
         "Annals of invented and other neurology"),
        ("Papers in journals such as Blood, marrow and nerve span everything.", "Blood, marrow and nerve"),
        ("The journals we read, such as Brain, are good.", None),
        ("It was chosen by readers and appeared in Music, mind and movement; members can borrow it.",
         "Music, mind and movement"),
        ("It appeared in Annals of Invention, a journal.", "Annals of Invention"),
    ],
)  # fmt: skip
def test_the_journal_in_what_is_cut(text: str, journal: str | None) -> None:
    """The one particular thing in a standing paragraph is kept."""
    assert journal_named(text) == journal


def test_each_cut_says_by_which_rule() -> None:
    """An operator sees why something is not there."""
    texts = [STUDY, "Advertisement", "Read more", STANDING[3], "Donate today.", "Always ask your doctor."]
    _, cuts = without_furniture([Piece(Shape.TEXT, text) for text in texts], Headings())
    assert [cut.rule for cut in cuts] == [Rule.LABEL, Rule.READ_MORE, Rule.STANDING, Rule.OFFER, Rule.ADVICE]


SECTION = f"<h1>A vest and walking</h1><h2>What They Found</h2><p>{STUDY}</p><h2>Limitations</h2><p>{LIMITS}</p>"
NEXT = "It may not apply to people who use a wheelchair, and more research is needed."
LABELS = ["Advertisement", "Share", "Comments", "Recommended", "Related articles", "Subscribe", "Up next", "Follow us",
          "Table of contents", "About the author", "Most popular", "Sponsored"]  # fmt: skip


@pytest.mark.parametrize("form", ["<h2>{}</h2>", "<h3>{}</h3>", "<h4>{}</h4>", "<p><strong>{}</strong></p>"])
@pytest.mark.parametrize("label", LABELS)
def test_a_section_goes_on_behind_a_heading_of_the_page(label: str, form: str) -> None:
    """The limits behind it stay, short ones too; the heading goes."""
    html = f"{SECTION}{form.format(label)}<p>{NEXT}</p><p>It was short.</p>"
    assert of_html(html)[-3:] == [LIMITS, NEXT, "It was short."]


@pytest.mark.parametrize(
    "below",
    [
        "<ul><li><a href='/a'>Ten days in the heat</a></li></ul>",
        "<h4>Ten days in the heat</h4><p>See how ten people spent their summer.</p>",
        "<p><a href='/a'>Ten days in the heat</a></p><p>Forty adults in a trial found walking easier.</p>",
        "<p>Ten days in the heat</p><p>3/1/2026</p><p>Find out how people spent their summer.</p>",
    ],
)
def test_cards_go_with_the_heading_above_them(below: str) -> None:
    """Links, titles and the sentences of other articles are not the section's; what comes behind them is."""
    assert of_html(f"{SECTION}<h3>Related</h3>{below}")[-1] == LIMITS
    assert of_html(f"{SECTION}<h3>Related</h3>{below}<p>{NEXT}</p>")[-2:] == [LIMITS, NEXT]


@pytest.mark.parametrize(
    "said",
    ["I walked to the sea and did not test it myself.", "My sister was in a small study.", "It helped us a lot.",
     "Sign up for free news in your inbox."],
)  # fmt: skip
@pytest.mark.parametrize("label", ["Comments", "Leave a reply", "About the author", "Newsletter"])
def test_people_s_words_behind_the_last_section(label: str, said: str) -> None:
    """What readers and authors say of themselves is none of the limits it stands below."""
    assert of_html(f"{SECTION}<h2>{label}</h2><p>{said}</p>")[-1] == LIMITS


@pytest.mark.parametrize(
    "text",
    ["Larger studies are needed before we can learn more.", "It is too early, and people with MS should find out more.",
     "Nobody asked what they could see more.", "The patients (of 40) read more.", "Half of them did not read on"],
)  # fmt: skip
def test_a_sentence_that_ends_in_the_words_of_a_link(text: str) -> None:
    """It is whole only with them."""
    assert kept("Limitations", text) == ["Limitations", text]


@pytest.mark.parametrize(
    "line",
    ["Small sample · No control group · Short follow-up", "Small sample | No control group | Short follow-up",
     "By Week Twelve half had left the trial", "By April, half had left", "Checked by two readers who knew the group",
     "Reviewed by no independent board", "(c) Nobody was assigned by chance.", "(c) 2019 data were missing.",
     "Comments: nobody was blinded to the group", "Share: only one third took part", "Recommended: take it with food",
     "Share: 50 percent", "Related: no one had an effect on sleep", "Copyright law kept the pictures out.",
     "Sponsored by the maker of the vest", "Image: MRI showed no change in forty people", "Back to the old dose later",
     "Watch: two of them broke."],
)  # fmt: skip
@pytest.mark.parametrize("shape", [Shape.TEXT, Shape.ITEM])
def test_limits_that_look_like_lines_of_a_page(line: str, shape: Shape) -> None:
    """Short as they are, under a heading of limits they are limits."""
    pieces = [Piece(Shape.TEXT, "Limitations"), Piece(shape, line)]
    assert [one.text for one in without_furniture(pieces, Headings())[0]] == ["Limitations", line]


@pytest.mark.parametrize(
    "line",
    ["Sponsored", "Article continues below advertisement", "Photo: Getty Images", "Image credit: A. Person / Example",
     "Follow us on Facebook", "Also read: Ten days in the heat", "READ MORE: Why heat hurts", "Read more: Ten days",
     "Watch: How a cooling vest works", "Listen to article", "Most popular", "Editor’s picks", "Join the conversation",
     "Download PDF", "Cite this article", "Donate", "Tweet this", "Save", "Photo by Jane Doe / Unsplash",
     "By Jane Doe, MD", "By Staff Writer", "Reviewed by Jane Doe, MD", "Medically reviewed by a nurse on 3 March 2026",
     "Home | About | Contact", "© 2026 Example", "(c) 2026 Example Media", "Reviewed by the Example editorial team",
     "Comments: 12", "Share: Facebook, X", "Related: Ten days in the heat"],
)  # fmt: skip
def test_lines_of_a_page_in_a_section(line: str) -> None:
    """They are cut in any section, and alone."""
    assert kept("Limitations", LIMITS, line, NEXT) == ["Limitations", LIMITS, NEXT]


def test_a_row_of_a_table_is_no_menu() -> None:
    """Where figures stand in the row below, these are the columns' names."""
    assert kept(STUDY, "Group | Before | After", "Vest | 1.2 | 1.5") == [
        STUDY,
        "Group | Before | After",
        "Vest | 1.2 | 1.5",
    ]
    assert kept(STUDY, "Heat | Sleep | Food") == [STUDY]


def test_dates_in_a_section_tell_what_came_to_pass() -> None:
    """A timeline of the study is no row of teasers, and takes no limit behind it away."""
    told = ["March 3, 2026", "The trial began in two clinics without a control group", "April 3, 2026",
            "Half of the people had left the trial by then", NEXT]  # fmt: skip
    assert kept("Limitations", LIMITS, *told) == ["Limitations", LIMITS, *told]
    teaser = ["March 3, 2026", "Learn how the trial of a vest began in two clinics and what it me"]
    assert kept("Limitations", LIMITS, *teaser) == ["Limitations", LIMITS]


@pytest.mark.parametrize("label", ["Most popular", "Editor’s picks", "Top stories", "In case you missed it", "Donate"])
def test_lists_of_links_under_names_that_pages_give_them(label: str) -> None:
    """The names are known, so the links below go, too."""
    links = "<ul><li><a href='/a'>Ten days in the heat</a></li></ul>"
    assert of_html(f"{SECTION}<h3>{label}</h3>{links}<p>{NEXT}</p>")[-2:] == [LIMITS, NEXT]


def test_an_article_goes_on_behind_a_box_of_titles() -> None:
    """Paragraphs in a row are no cards, in an article without any sections, too."""
    box = "<p><b>Don’t miss</b></p><p>Ten days in the heat [VIDEO]</p><p>Find out how people spent their summer.</p>"
    assert of_html(f"<h1>A vest</h1><p>{STUDY}</p>{box}<p>{LIMITS}</p><p>{NEXT}</p>")[-2:] == [LIMITS, NEXT]


def test_a_long_row_of_names_is_told_at_once() -> None:
    """Many marks in a line take no more time than few."""
    began = time.perf_counter()
    assert not is_line_of_page("a | " * 90 + "b.")
    assert time.perf_counter() - began < 1
