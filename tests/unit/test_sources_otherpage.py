"""Whether a page is the entry's, by its titles, its address and its words."""

from __future__ import annotations

import pytest

from digest.sources.headings import Headings
from digest.sources.markup import read_html
from digest.sources.otherpage import Other, other_page
from digest.sources.page import read_page
from digest.sources.plaintext import read_text
from digest.sources.sections import Reading, read_summary

HEADINGS = Headings()
TITLE = "Cooling vests and walking in invented heat"
TOLD = "Of 60 adults with multiple sclerosis, 41 walked further with a cooling vest, a small study says."
LONG = " ".join(
    f"In week {week} the adults with multiple sclerosis walked further in the heat with a vest." for week in range(9)
)
LINK = "https://example.org/2026/cooling-vests"


def said(title: str = TITLE, text: str = TOLD) -> Reading:
    return read_summary(read_text(text).pieces, headings=HEADINGS, headline=title)


def seen(
    body: str, *, title: str = "", head: str = "", entry: Reading | None = None, final: str = LINK, asked: str = LINK
) -> Other | None:
    entry = entry or said()
    html = f"<!doctype html><html><head><title>{title}</title>{head}</head><body><main>{body}</main></body></html>"
    document = read_html(html, article=True)
    reading = read_page(document, headings=HEADINGS, headline=entry.headline)
    return other_page(document, reading, entry, asked=asked, final=final)


def article(title: str = TITLE, text: str = LONG) -> str:
    return f"<article><h1>{title}</h1><p>{text}</p></article>"


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        (f"{TITLE} | Invented Site", TITLE),
        ("Cooling vests and walking – Invented Site", "Cooling vests and walking…"),
        ("Invented Site · Cooling vests: walking in the heat", "Cooling vests help walking"),
        ("COOLING VESTS AND WALKING IN INVENTED HEAT", TITLE),
        ("Invented Site", TITLE),
        ("Why a vest may help you to walk", "What a vest does for adults in the heat"),
    ],
)
def test_an_honest_page_is_the_entrys(title: str, headline: str) -> None:
    """With the site's name around it, shortened, or written anew over the same text."""
    assert seen(article(headline), title=title) is None


def test_a_rewritten_headline_over_shared_words_is_honest() -> None:
    """The feed's own first words on the page tell more than two headlines."""
    assert seen(article("Staying cool pays off", f"{TOLD} {LONG}"), title="Staying cool pays off") is None


def test_a_page_that_says_little_of_itself_is_believed() -> None:
    """Nothing speaks against a page without a title, or an entry of two words."""
    assert seen("<h2>Key Takeaway</h2><p>Vests help.</p>") is None
    assert seen(article("Heat"), title="Heat", entry=said("Vests", "Short.")) is None


@pytest.mark.parametrize("script", ["冷却背心与步行速度的研究", "Охлаждающие жилеты и ходьба в жару"])
def test_titles_in_any_script_are_compared(script: str) -> None:
    """Also where no space parts the words."""
    assert seen(article(script, script * 9), title=f"{script} | 站", entry=said(script, script)) is None


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("Page not found", "no such page"),
        ("404 | Invented Site", "no such page"),
        ("Oops! That page can’t be found.", "no such page"),
        ("Seite nicht gefunden - Seite", "no such page"),
        ("Just a moment...", "whether a person"),
        ("Attention Required! | Wall", "whether a person"),
        ("Access Denied", "whether a person"),
        ("503 Service Unavailable", "out of order"),
        ("Site Maintenance", "out of order"),
        ("Sign in", "sign in"),
        ("Log in | Journal", "sign in"),
        ("Before you continue", "consent"),
        ("example.org is for sale", "nobody keeps"),
    ],
)
def test_a_page_that_stands_for_another_is_known_by_its_title(title: str, why: str) -> None:
    """Lost pages, checks for robots, sign-ins, consent and parked domains are never the study's."""
    found = seen(f"<h1>{title}</h1><p>{'Try a search, or one of our latest posts, or go back. ' * 8}</p>", title=title)
    assert found is not None and why in found.why and title[:4] in found.why
    assert found.for_now is (why in {"whether a person", "out of order"})


def test_an_entry_about_such_a_page_is_no_such_page() -> None:
    """A study may be called what a page of another kind is called."""
    title = "Page not found: how memory fails"
    assert seen(article(title), title=title, entry=said(title)) is None


@pytest.mark.parametrize(
    ("asked", "final", "place"),
    [
        (LINK, "https://example.org/", "home page"),
        (LINK, "https://www.example.org/index.html", "home page"),
        ("https://example.org/?p=12", "https://example.org", "home page"),
        (LINK, "https://example.org/2026/", "section"),
        (LINK, "https://example.org/?ref=gone", "home page"),
        (LINK, "https://example.org/index.php?lang=en&from=old", "home page"),
        (LINK, "https://example.org/en/", "home page"),
        (LINK, "https://example.org/de-ch/", "home page"),
        (LINK, "https://example.org/search?q=vests", "search"),
        (LINK, "https://example.org/?s=vests", "search"),
        (LINK, "https://example.org/suche/", "search"),
        (LINK, "https://example.org/news/not-found", "missing"),
        (LINK, "https://example.org/account/login?next=/vests", "sign-in"),
    ],
)
def test_a_link_that_leads_home_is_not_followed(asked: str, final: str, place: str) -> None:
    """Though the home page tells of the entry among others."""
    cards = "".join(f"<article><h2>Story {n}</h2><p>{TOLD} And more of that.</p></article>" for n in range(4))
    found = seen(f"<h1>Welcome</h1>{cards}", title="Invented Site", asked=asked, final=final)
    assert found is not None and place in found.why


def test_a_page_may_move() -> None:
    """To another path, to another site, or to the top of its own: its title tells."""
    assert seen(article(), title=TITLE, final="https://example.net/vests") is None
    assert seen(article(), title=TITLE, final="https://vests.example.net/") is None
    assert seen(article(), title=TITLE, asked="https://example.org/?p=12", final="https://example.org/vests") is None


@pytest.mark.parametrize(
    ("asked", "final"),
    [
        (LINK, "https://example.org/?p=12"),
        (LINK, "https://example.org/?story=vests"),
        (LINK, "https://example.org/ms/vests"),
        ("https://example.org/search?q=vests", "https://example.org/search?q=vests"),
        ("https://example.org/en/", "https://example.org/en/"),
    ],
)
def test_an_address_that_may_be_a_pages_own_is_believed(asked: str, final: str) -> None:
    """A parameter may name it, and an entry may mean the very page that others are led to."""
    assert seen(article("Staying cool", f"{TOLD} {LONG}"), title="Staying cool", asked=asked, final=final) is None


def test_a_redirect_to_another_story_with_a_title_much_alike() -> None:
    """A new address asks for nearly all words of the title, or for the entry's own in the text."""
    other = "Heating pads and walking in invented heat"
    text = "Pads made of wool kept two hundred people warm through a winter, and nurses wrote down how they slept. " * 4
    moved = "https://example.org/news/pads"
    found = seen(article(other, text), title=other, final=moved)
    assert found is not None and "in common" in found.why
    assert seen(article(other, f"{TOLD} {LONG}"), title=other, final=moved) is None
    assert seen(article("Cooling vests and walking in heat", text), title=TITLE, final=moved) is None


@pytest.mark.parametrize(
    "wall",
    ["Dieser Artikel ist nur für Abonnenten lesbar. Jetzt Probeabo abschließen und weiterlesen.",
     "Bitte melden Sie sich an, um den Artikel weiterzulesen.", "Cet article est réservé aux abonnés.",
     "Abonnez-vous pour lire la suite.", "Contenido exclusivo para suscriptores.", "Suscríbete para seguir leyendo.",
     "Conteúdo exclusivo para assinantes.", "Contenuto riservato agli abbonati.", "Alleen voor abonnees te lezen.",
     "Word abonnee en lees verder."],
)  # fmt: skip
def test_a_wall_in_other_languages(wall: str) -> None:
    """It asks for the same."""
    found = seen(f"<h1>{TITLE}</h1><p>{wall}</p><p>{wall}</p>", title=TITLE)
    assert found is not None and "pay or to sign in" in found.why


def test_a_text_about_members_in_other_languages_is_no_wall() -> None:
    """Studies are for some people, too."""
    for text in (
        "Die Weste half nur für kurze Zeit.",
        "Le gilet a servi pour continuer la marche.",
        "Solo para adultos.",
    ):
        assert seen(f"<h1>{TITLE}</h1><p>{text}</p>", title=TITLE) is None


def test_a_page_that_calls_itself_the_home_page() -> None:
    """A site may answer with it without a redirect; one that calls all of its pages so is believed by the title."""
    head = '<link rel=canonical href="https://example.org/">'
    home = seen("<h1>Welcome</h1><p>Gardens and boats, and all that floats on water.</p>", title="Site", head=head)
    assert home is not None and "home page" in home.why
    assert seen(article(), title=TITLE, head=head) is None


def test_another_article_is_none_of_the_entrys() -> None:
    """Neither title nor text has much in common with it."""
    text = "The boats in the harbour were painted blue last year, and the gardens by the sea were opened again. " * 6
    found = seen(article("Gardens and boats by the sea", text), title="Gardens and boats by the sea")
    assert found is not None and "in common" in found.why and not found.for_now


def test_a_wall_leaves_the_feeds_own_words() -> None:
    """A first sentence and an offer are less than the feed says."""
    wall = (
        "<p>Of 60 adults, 41 walked further with the vest…</p><p>This article is for subscribers.</p>"
        "<p>You already have an account? Log in to read on.</p><p>All offers: daily, weekend, students, families.</p>"
    )
    found = seen(f"<h1>{TITLE}</h1>{wall}", title=TITLE)
    assert found is not None and "pay or to sign in" in found.why


def test_an_offer_below_a_whole_text_is_no_wall() -> None:
    """Sites advertise under what everybody may read."""
    offer = "<p>Already have an account? Sign in to read more of it.</p>"
    assert seen(f"{article()}{offer}", title=TITLE) is None


def test_the_same_doi_is_the_same_study() -> None:
    """Whatever it is called on either side."""
    head = '<meta name=citation_doi content="10.5555/vest.1">'
    entry = read_summary(read_text(f"{TOLD}\n\nDOI: 10.5555/vest.1").pieces, headings=HEADINGS, headline=TITLE)
    page = article("Gardens and boats by the sea", "Boats were painted blue in the harbour last year. " * 9)
    assert seen(page, title="Gardens and boats by the sea", head=head, entry=entry) is None
