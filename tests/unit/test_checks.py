"""The gate, check by check: what is right passes in silence, what is wrong is said with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from digest.checks import Flaw, Gate, Rule, Severity, Unreached, Verdict
from digest.checks.clients import ACCEPTED, check_clients, features
from digest.checks.contrast import check_contrast
from digest.checks.flaws import merged
from digest.checks.links import check_links
from digest.checks.size import HTML_AIM, STYLE_LIMIT, check_size, check_styles
from digest.checks.spam import check_spam
from digest.checks.specimen import Specimen, specimen
from digest.checks.structure import check_alt_texts, check_headings
from digest.checks.styles import colour, declarations, rules
from digest.checks.words import check_headline, check_readability, check_sourcing, grade
from digest.edition import HTML_LIMIT, Paper, Pool, Templates, bundled_directory, make_edition, render_pool
from digest.models import Bullets, IssueItem, Kind, Length, Paragraph, Section, SectionRole, Selection
from tests.factories import a_newsletter, a_section, a_tree, a_window, an_edition, an_item
from tests.sample_issue import EYES, FEW, GOLDEN, a_pool, a_selection, first, many, placed

OWN = "https://news.digest-readers.net"


def a_page(body: str, *, style: str = "") -> Specimen:
    """One page that every edition shares, and no pieces."""
    html = f"<!DOCTYPE html><html><head><style>{style}</style></head><body>{body}</body></html>"
    return specimen(a_pool_of(html), [], link=f"{OWN}/p/reader")


def a_pool_of(html: str) -> Pool:
    return replace(a_pool(()), html=Paper(page=(html,), pieces={}))


def said(flaws: Iterator[Flaw]) -> list[tuple[Severity, str]]:
    return [(flaw.severity, flaw.message) for flaw in flaws]


# --- links -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://journal.made-up-research.info/2026/walking",
        "http://journal.made-up-research.info",
        "https://research.made-up.info/?article=12&section=utmost",
        "mailto:editors@made-up.info?subject=Hello",
        f"{OWN}/p/a-readers-own",
        "https://notbit.ly.made-up.info/",
        "https://example-clinic.info/",
        "#part-vision",
    ],
)
def test_a_good_link_passes_in_silence(url: str) -> None:
    """Whole addresses of any site, mail addresses, and parts of the mail itself."""
    page = a_page(f'<p id="part-vision"><a href="{url}">there</a></p>')
    assert said(check_links(page, own=OWN, reach=None)) == []


@pytest.mark.parametrize(
    ("url", "severity", "words"),
    [
        ("", Severity.ERROR, "empty"),
        ("#", Severity.ERROR, "not whole"),
        ("#nowhere", Severity.ERROR, "no part of the mail"),
        ("/relative/path", Severity.ERROR, "not whole"),
        ("javascript:alert(1)", Severity.ERROR, "not whole"),
        ("ftp://made-up.info/file", Severity.ERROR, "not whole"),
        ("https://", Severity.ERROR, "not whole"),
        ("https://[broken/", Severity.ERROR, "no address"),
        ("https://made-up.info/{{ url }}", Severity.ERROR, "placeholder"),
        ("https://made-up.info/%%NAME%%", Severity.ERROR, "placeholder"),
        ("https://made-up.info/XXX", Severity.ERROR, "placeholder"),
        ("https://made-up.info/TODO", Severity.ERROR, "placeholder"),
        ("https://made-up.info/%7B%7Bslug%7D%7D", Severity.ERROR, "placeholder"),
        ("https://www.example.com/", Severity.WARNING, "for examples only"),
        ("https://site.test/", Severity.WARNING, "for examples only"),
        ("http://localhost:8000/", Severity.WARNING, "for examples only"),
        ("https://someone.us1.list-manage.com/track/click?u=1", Severity.ERROR, "counts who follows it"),
        ("https://bit.ly/3abc", Severity.ERROR, "counts who follows it"),
        ("https://made-up.info/a?utm_source=rss", Severity.WARNING, "utm_source"),
        ("https://made-up.info/a?x=1&FBCLID=abc", Severity.WARNING, "FBCLID"),
        ("https://made-up.info/a?mc_eid=12ab", Severity.WARNING, "mc_eid"),
    ],
)
def test_a_bad_link_is_found(url: str, severity: Severity, words: str) -> None:
    """Each with one sentence that names the link."""
    ((found, message),) = said(check_links(a_page(f'<a href="{url}">there</a>'), own=OWN, reach=None))
    assert found is severity
    assert words in message


def test_pictures_are_links_too() -> None:
    """A pixel that counts readers is found by its address."""
    page = a_page('<img src="https://www.google-analytics.com/collect?v=1" alt="" width="1">')
    ((severity, message),) = said(check_links(page, own=OWN, reach=None))
    assert severity is Severity.ERROR
    assert "google-analytics.com" in message


def test_a_dead_link_is_an_error_and_an_outage_is_not() -> None:
    """Only the server itself can say that nothing is there."""
    asked: list[str] = []

    def reach(urls: Sequence[str]) -> Mapping[str, Unreached]:
        asked.extend(urls)
        return {
            "https://made-up.info/gone": Unreached(reason="404 Not Found", dead=True),
            "https://made-up.info/slow": Unreached(reason="no answer", dead=False),
        }

    links = ("gone", "slow", "well", "gone")
    page = a_page("".join(f'<a href="https://made-up.info/{link}">there</a>' for link in links))
    found = said(check_links(page, own=OWN, reach=reach))
    assert [severity for severity, _ in found] == [Severity.ERROR, Severity.WARNING]
    assert asked == [f"https://made-up.info/{link}" for link in ("gone", "slow", "well")]


@pytest.mark.parametrize("url", [f"{OWN}/u/token", "mailto:a@made-up.info", "https://www.example.com/", "#top"])
def test_what_must_not_be_followed_is_not(url: str) -> None:
    """A reader's own link may act; what is wrong already needs no answer."""
    page = a_page(f'<a id="top" href="{url}">there</a>')
    list(check_links(page, own=OWN, reach=lambda urls: pytest.fail("asked") if urls else {}))


def test_readers_own_links_are_told_by_the_setting_that_makes_them() -> None:
    """The advice is about the settings, not about the source."""
    page = a_page('<a href="http://localhost:8000/p/one">a</a><a href="http://localhost:8000/u/two">b</a>')
    (flaw,) = merged(check_links(page, own="http://localhost:8000", reach=None))
    assert "newsletter.base_url" in flaw.advice


# --- structure -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("picture", "found"),
    [
        ('<img src="a.png" alt="Two people walking">', []),
        ('<img src="a.png" alt="">', []),
        ('<img src="a.png">', [Severity.ERROR]),
        ('<img src="a.png" alt="chart-3.PNG">', [Severity.WARNING]),
        ('<img src="a.png" alt="image">', [Severity.WARNING]),
    ],
)
def test_pictures_need_words(picture: str, found: list[Severity]) -> None:
    """None at all is an error; an empty alt text marks decoration; a file's name says nothing."""
    assert [severity for severity, _ in said(check_alt_texts(a_page(picture)))] == found


@pytest.mark.parametrize(
    ("headings", "found"),
    [
        ("1234323", []),
        ("12", []),
        ("13", ["level 3 follows one of level 1"]),
        ("1224", ["level 4 follows one of level 2"]),
        ("121", ["2 headings of the first level"]),
        ("2", ["0 headings of the first level"]),
        ("", ["0 headings of the first level"]),
    ],
)
def test_headings_skip_no_level(headings: str, found: list[str]) -> None:
    """One first heading before all others; going back up is free. A comment holds no heading."""
    html = "<!--<h6>-->" + "".join(f"<h{level}>Words</h{level}>" for level in headings)
    messages = [message for _, message in said(check_headings(a_pool_of(html), [an_edition()]))]
    assert len(messages) == len(found)
    assert all(part in message for part, message in zip(found, messages, strict=True))


def test_headings_are_followed_through_the_pieces() -> None:
    """Each piece may be right where it is and wrong in the order of one edition."""
    pool = a_pool()
    pieces = {**pool.html.pieces, "section/vision": ("<p>no heading</p>",), "section/fatigue-sleep": ("<p></p>",)}
    broken = replace(pool, html=replace(pool.html, pieces=pieces))
    good, bad = an_edition("good", selection=Selection()), an_edition("bad", selection=first(3))
    assert [flaw.editions for flaw in check_headings(broken, [good, bad])] == [("bad",)]


# --- contrast --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "ratio"),
    [
        ('<p style="color: #767676">Words</p>', None),
        ('<p style="color: #777777">Words</p>', "4.5"),
        ('<p style="color: #777777"></p>', None),
        ('<div style="color: #999"><p>Words</p></div>', "2.8"),
        ('<p style="background-color: #333333">Words</p>', "1.7"),
        ('<table bgcolor="#333333"><tr><td>Words</td></tr></table>', "1.7"),
        ('<p style="background: black"><span style="color: white">Words</span></p>', None),
        ('<p style="color: #eeeeee; display: none">Hidden words</p>', None),
        ('<div style="display: none"><p style="color: #eeeeee">Hidden words</p></div>', None),
        ('<a href="#" style="color: rgb(255, 255, 0)">Words</a>', "1.1"),
        ('<div style="background-color: #0000cc"><a href="#">Words</a></div>', "1.2"),
        ('<p>Dark<span style="color: #cccccc"> and light</span></p>', "1.6"),
        ('<p style="color: #cccccc"><b style="color: #000000">Dark</b> and light</p>', "1.6"),
    ],
)
def test_words_can_be_read_by_day(body: str, ratio: str | None) -> None:
    """The colour and the ground an element takes over count; what is hidden, or holds no words, does not."""
    found = [message for _, message in said(check_contrast(a_page(body))) if message.startswith("by day")]
    assert len(found) == (ratio is not None)
    assert all(f"a contrast of {ratio} to 1" in message for message in found)


DARK = "@media (prefers-color-scheme: dark) {{ {} }}"


@pytest.mark.parametrize(
    ("style", "found"),
    [
        (DARK.format(".card { background-color: #111111 !important } .words { color: #eeeeee !important }"), False),
        (DARK.format(".card { background-color: #111111 !important }"), True),
        (DARK.format(".words { color: #eeeeee !important }"), True),
        (DARK.format(".words { color: #111 } .card .words { color: #eee } .card { background-color: #111 }"), False),
        (DARK.format(".card .words { color: #eee } .words { color: #111 } .card { background-color: #111 }"), False),
        (DARK.format(".words { color: #eee } .words { color: #111 } .card { background-color: #111 }"), True),
        ("@media (max-width: 480px) { .card { background-color: #111111 } }", False),
        (DARK.format("p::-moz-unknown( { color: #fff }"), False),
    ],
)
def test_words_can_be_read_by_night(style: str, found: bool) -> None:
    """The rules kept for dark screens stand above the elements' own colours, the more specific one first."""
    body = '<div class="card" style="background-color: #ffffff"><p class="words" style="color: #111111">Words</p></div>'
    assert bool([text for _, text in said(check_contrast(a_page(body, style=style))) if "by night" in text]) is found


@pytest.mark.parametrize(
    ("written", "read"),
    [("#FFF", "#ffffff"), ("#0f6a6a", "#0f6a6a"), ("rgb(0, 128,255)", "#0080ff"), ("White ", "#ffffff"),
     ("hsl(0, 0%, 0%)", None), ("#12345", None), ("", None)],
)  # fmt: skip
def test_colours_are_read_as_they_are_written(written: str, read: str | None) -> None:
    """Six or three digits, rgb(), or a plain name."""
    assert colour(written) == read


def test_styles_are_read() -> None:
    """The later of two properties counts; brackets may hold semicolons; at-rules are kept with their rules."""
    assert declarations("Color: RED !important; /* x: y; */ background: url(data:a;b); color: blue; junk") == {
        "color": "blue",
        "background": "url(data:a;b)",
    }
    sheet = list(rules("@import 'x'; a, b { color: red } @media print { @supports (x) { c { d: e } } } f { g: h"))
    assert [(rule.inside, rule.selectors) for rule in sheet] == [
        ((), ("a", "b")),
        (("@media print", "@supports (x)"), ("c",)),
        ((), ("f",)),
    ]


# --- clients ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "style", "title"),
    [
        ('<div style="display: flex">a</div>', "", "display:flex"),
        ('<p style="width: calc(100% - 2px)">a</p>', "", "CSS calc() function"),
        ('<p style="margin: 1rem">a</p>', "", "rem unit"),
        ('<p style="color: var(--ink)">a</p>', "", "CSS Variables (Custom Properties)"),
        ('<video src="a.mp4"></video>', "", "<video> element"),
        ('<img src="a.webp" alt="">', "", "webP image format"),
        ('<form><input type="text"></form>', "", "<form> element"),
        ("<p>a</p>", "@font-face { font-family: x }", "@font-face"),
        ("<p>a</p>", "p:first-child { margin: 0 }", ":first-child"),
        ("<p>a</p>", "@media (prefers-reduced-motion: reduce) { p { margin: 0 } }", "@media (prefers-reduced-motion)"),
        ("<p>a</p>", "ul > li { margin: 0 }", "Child combinator"),
        ("<p>a</p>", "* { margin: 0 }", "Universal selector *"),
    ],
)
def test_what_a_client_does_not_know_is_named(body: str, style: str, title: str) -> None:
    """By the name under which it can be looked up, with the clients that lack it."""
    found = [message for _, message in said(check_clients(a_page(body, style=style)))]
    assert any(message.startswith(f"“{title}” is unknown to ") for message in found), found


@pytest.mark.parametrize(
    "body",
    [
        '<table cellpadding="0" width="100%"><tr><td style="padding: 4px; color: #111111">a</td></tr></table>',
        "<p style=\"font-family: 'calc(1rem)', Arial; background: #fff url(1rem.png)\">a</p>",
        '<p style="border-radius: 8px; margin: 0 auto">a</p>',
        "<p>display: flex</p>",
    ],
)
def test_what_every_client_knows_passes(body: str) -> None:
    """So does what was accepted for a reason, and what only looks like something else."""
    assert said(check_clients(a_page(body))) == []


def test_whatever_is_accepted_exists_and_has_a_reason() -> None:
    """An entry of the allow-list that no client lacks, or that nobody knows, would be noise."""
    known = {feature.slug: feature for feature in features()}
    assert all(reason and known[slug].lacking for slug, reason in ACCEPTED.items())


def test_the_data_of_clients_is_whole_and_says_whose_it_is() -> None:
    """All features that were tested, each known by a sign unless no mail's body shows it; the licence goes along."""
    plain = json.loads((resources.files("digest") / "data" / "client_support.json").read_text(encoding="utf-8"))
    assert len(features()) == 307
    assert [feature.slug for feature in features() if not feature.signs] == ["bimi"]
    assert "MIT License" in plain["licence"][0]
    assert plain["source"] == "https://www.caniemail.com"


# --- size --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "found"),
    [
        (HTML_AIM, []),
        (HTML_AIM + 1, [Severity.WARNING]),
        (HTML_LIMIT, [Severity.WARNING]),
        (HTML_LIMIT + 1, [Severity.ERROR]),
    ],
)
def test_the_limits_of_size(size: int, found: list[Severity]) -> None:
    """Above 70,000 bytes an editor should know, above 90,000 nobody may send it."""
    assert [severity for severity, _ in said(check_size({"one": size, "small": 10}))] == found


def test_editions_that_are_too_long_are_told_together() -> None:
    """One flaw with all their keys and the worst size, not one for each of thousands."""
    (flaw,) = check_size({"one": HTML_LIMIT + 1, "two": HTML_LIMIT + 500})
    assert flaw.editions == ("one", "two")
    assert "90,500" in flaw.message


@pytest.mark.parametrize(("length", "count"), [(STYLE_LIMIT, 0), (STYLE_LIMIT + 1, 1)])
def test_kept_styles_have_a_limit(length: int, count: int) -> None:
    """Gmail drops what goes beyond 16,384 characters."""
    assert len(list(check_styles(a_page("", style="x" * length)))) == count


# --- words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headline", "found"),
    [
        ("A cure for MS is near", ["cure"]),
        ("New breakthrough: scientists astonished", ["breakthrough"]),
        ("Miracle pill is a game-changer", ["Miracle", "game-changer"]),
        ("Revolutionary infusion", ["Revolutionary"]),
        ("There is still no cure for MS", []),
        ("Not a breakthrough, but a small step", []),
        ("This isn’t a miracle", []),
        ("Vitamin D does not cure MS", []),
        ("No side effects in three of four people on the wonder drug", ["wonder drug"]),
        ("Secure housing and curettage", []),
        ("Walking eased tiredness", []),
    ],
)
def test_headlines_must_not_promise_too_much(headline: str, found: list[str]) -> None:
    """Whole words only, and none that is denied just before."""
    messages = [message for _, message in said(check_headline(an_item(of={"headline": headline})))]
    assert messages == [f"the headline says “{word}”" for word in found]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"url": None}, [Rule.SOURCE]),
        ({"url": "javascript:alert(1)"}, [Rule.SOURCE]),
        ({"sections": (a_section(SectionRole.TAKEAWAY),)}, [Rule.LIMITS]),
        ({"sections": (Section(role=SectionRole.CONSIDERATIONS),)}, [Rule.LIMITS]),
        ({"sections": (), "kind": Kind.BACKGROUND}, []),
    ],
)
def test_limits_and_source_belong_to_every_item(given: dict[str, object], found: list[Rule]) -> None:
    """What a mail says without limits is pointed out; background has none to name."""
    assert [flaw.rule for flaw in check_sourcing(an_item(of=given))] == found


EASY = (
    "People walked each day. They felt less tired. Their sleep was good. The team asked them how they felt each week."
)
HARD = (
    "Longitudinal neuropsychological characterisation demonstrated heterogeneous, predominantly subcortical "
    "neurodegenerative trajectories notwithstanding pharmacological immunosuppression."
)


def an_item_saying(*words: str, **given: object) -> IssueItem:
    blocks = tuple(map(Paragraph, words))
    return an_item(of={"sections": (Section(role=SectionRole.TAKEAWAY, blocks=blocks),), **given})


def test_the_grade_tells_hard_words_from_easy_ones() -> None:
    """Short sentences of short words are for the youngest; a decimal point ends no sentence."""
    assert grade(EASY) < 4
    assert grade(HARD) > 15
    assert grade("Relapses fell by 0.5 each year in the group") == grade("Relapses fell by 0,5 each year in the group")


def test_hard_words_are_shown_with_the_hardest_sentence() -> None:
    """The editor sees which sentence to look at, and at what length it is printed."""
    (flaw,) = check_readability(an_item_saying(f"{EASY} {HARD} {HARD}"), Length.STANDARD, limit=9)
    assert flaw.lengths == (Length.STANDARD,)
    assert "above 9; hardest: “Longitudinal" in flaw.message
    assert "People walked" not in flaw.message


@pytest.mark.parametrize(
    ("item", "limit"),
    [
        (an_item_saying(EASY), 9),
        (an_item_saying(HARD), 60),
        (an_item_saying("Neuropsychological immunosuppression."), 9),
        (an_item_saying(HARD, language="de"), 9),
        (an_item(of={"sections": ()}), 9),
    ],
)
def test_words_that_are_not_graded_or_easy_enough(item: IssueItem, limit: float) -> None:
    """Easy words, a higher limit, a handful of words, another language, none."""
    assert list(check_readability(item, Length.FULL, limit=limit)) == []


def test_points_of_a_list_are_sentences() -> None:
    """Ten short points are not one long sentence."""
    points = Section(role=SectionRole.TAKEAWAY, blocks=(Bullets(("They slept well at night",) * 10),))
    assert list(check_readability(an_item(of={"sections": (points,)}), Length.FULL, limit=9)) == []


# --- spam --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "found"),
    [
        (1.9, []),
        (2.0, [Severity.WARNING]),
        (4.9, [Severity.WARNING]),
        (5.0, [Severity.ERROR]),
        (None, [Severity.NOTICE]),
    ],
)
def test_a_spam_score_is_judged(score: float | None, found: list[Severity]) -> None:
    """From 2 on an editor should look, from 5 on filters refuse; where none could be asked, that is said."""
    verdict = Verdict(score=score, reasons=("MADE_UP_RULE",))
    flaws = list(check_spam(["one"], [an_edition("one"), an_edition("two")], lambda _edition: verdict))
    assert [flaw.severity for flaw in flaws] == found
    assert all("MADE_UP_RULE" in flaw.message for flaw in flaws)


# --- all of it -----------------------------------------------------------------------------------------------------


def test_one_flaw_of_many_editions_is_said_once() -> None:
    """With all of them, in the order they were looked at, and at all lengths, the shortest first."""

    def flaw(message: str, number: int, length: Length = Length.FULL) -> Flaw:
        given = {"message": message, "editions": (str(number),), "lengths": (length,)}
        return Flaw(rule=Rule.HEADINGS, severity=Severity.ERROR, **given)  # type: ignore[arg-type]

    many = [flaw("a", number) for number in range(50_000)]
    found = merged([flaw("b", 7), *many, flaw("a", 3, Length.BRIEF)])
    assert [(one.message, len(one.editions), one.lengths) for one in found] == [
        ("b", 1, (Length.FULL,)),
        ("a", 50_000, (Length.BRIEF, Length.FULL)),
    ]
    assert found[1].editions[:2] == ("0", "1")


def examined(items: Sequence[IssueItem], editions: Sequence[tuple[Selection, int]], **gate: object) -> list[Flaw]:
    pool = a_pool(tuple(items))
    made = [(make_edition(pool, selection), readers) for selection, readers in editions]
    report = Gate(base_url=OWN, **gate).examine(pool, items, made)  # type: ignore[arg-type]
    return [flaw for flaw in report.flaws if "for examples only" not in flaw.message]


def test_our_own_mails_pass() -> None:
    """Every golden mail, by our own templates: the one thing to say is that a source names no limits."""
    assert [(flaw.rule, flaw.summary_id) for flaw in examined(FEW, [(chosen, 1) for chosen, _ in GOLDEN.values()])] == [
        (Rule.LIMITS, EYES.summary.id)
    ]


@pytest.mark.parametrize("accent", ["#ffff00", "#000000", "#ff00ff", "#7f7f7f"])
def test_any_accent_passes(accent: str) -> None:
    """The shades are made from it so that they can be read, by day and by night."""
    pool = a_pool(FEW, accent=accent)
    assert said(check_contrast(specimen(pool, [make_edition(pool, a_selection())], link=OWN))) == []


def test_a_flaw_of_an_item_is_told_once_with_its_lengths() -> None:
    """However many editions print it, and at whatever length."""
    tracked = an_item(1, "vision", of={"url": "https://made-up.info/?utm_source=feed"})
    selections = [(first(1, length), 10) for length in Length]
    (flaw,) = examined([tracked], selections)
    assert (flaw.rule, flaw.summary_id, flaw.lengths) == (Rule.LINKS, 1, tuple(Length))


def test_what_no_edition_prints_is_not_looked_at() -> None:
    """An item nobody gets cannot keep an issue back; of one shown by headline only, the headline counts."""
    bad = {"headline": "A cure at last", "url": None}
    items = [an_item(number, "vision", of=bad) for number in (1, 2)]
    seen = examined(items, [(Selection(also_new=(placed(2, "vision"),)), 1)])
    assert seen == list(check_headline(items[1]))


def test_errors_come_first() -> None:
    """Then warnings, in the order of the items."""
    items = [
        an_item(1, "vision", of={"headline": "A cure"}),
        an_item(2, "vision", of={"url": "https://bit.ly/1"}),
    ]
    assert [flaw.severity for flaw in examined(items, [(first(2), 1)])] == [Severity.ERROR, Severity.WARNING]


def test_spam_is_asked_about_the_most_read_and_the_longest_edition() -> None:
    """Two mails, not thousands: a filter takes a second for each."""
    asked: list[int] = []

    def judge(edition: object) -> Verdict:
        asked.append(len(edition.selection.research))  # type: ignore[attr-defined]
        return Verdict(score=0.0)

    examined(many(6), [(first(1), 9), (first(2), 3), (first(6), 1), (first(3), 2)], judge=judge)
    assert sorted(asked) == [1, 6]


def test_a_report_counts_and_places() -> None:
    """Readers of an edition, flaws of a severity, and where a flaw is in words."""
    pool = a_pool()
    made = [(make_edition(pool, a_selection()), 8), (make_edition(pool, a_selection(Length.FULL)), 3)]
    report = Gate(base_url=OWN, judge=lambda _one: Verdict(score=6.0, reasons=("RULE",))).examine(pool, FEW, made)
    error = report.errors[0]
    assert (report.count(Severity.ERROR), report.read_by(error)) == (1, 11)
    assert report.place(error) == f"edition {made[0][0].key[:8]} and 1 more"
    limits = next(flaw for flaw in report.flaws if flaw.rule is Rule.LIMITS)
    assert report.place(limits) == f"item 3 ({EYES.summary.entry.headline})"


def test_a_template_of_an_operators_own_is_measured_as_well(tmp_path: Path) -> None:
    """Pale words in one macro are found, and belong to the issue, not to an item."""
    (tmp_path / "_inlined.css").write_text(
        (bundled_directory() / "_inlined.css").read_text().replace(".small {", ".small { color: #cccccc;")
    )
    pool = render_pool(
        FEW,
        window=a_window(),
        newsletter=a_newsletter(),
        tree=a_tree(),
        templates=Templates([tmp_path, bundled_directory()]),
    )
    flaws = list(check_contrast(specimen(pool, [make_edition(pool, a_selection())], link=OWN)))
    by_day = [flaw for flaw in flaws if flaw.message.startswith("by day, #cccccc on #ffffff")]
    assert by_day
    assert all(flaw.summary_id is None for flaw in by_day)
