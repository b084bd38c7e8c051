"""A feed on a server, visited again and again."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.errors import SourceError
from digest.models import Entry, Kind, Paragraph, SectionRole, SourceState
from digest.sources.base import Collected
from digest.sources.feed import FeedSource
from digest.sources.fetch import Fetcher
from tests.factories import NOW
from tests.integration.feed_server import Answer, FeedServer, feed_server

PAGES = Path(__file__).parent.parent / "data" / "pages"


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with feed_server() as served:
        yield served


class Visitor:
    """Visits a feed and remembers, as the pipeline and the store do."""

    def __init__(self, server: FeedServer, *, follow: bool = False) -> None:
        self.source = FeedSource(
            name="site", feed=f"{server.url}/feed", fetch=Fetcher(allow_private=True), follow=follow
        )
        self.state = SourceState(name="site")
        self.stored: set[tuple[str, str]] = set()

    def visits(self) -> Collected:
        result = self.source.collect(self.state, known=lambda guid, mark: (guid, mark) in self.stored, now=NOW)
        self.state = result.state
        self.stored |= {(entry.guid, entry.fingerprint) for entry in result.entries}
        return result


def feed(*items: str) -> Answer:
    body = "".join(f"<item>{item}</item>" for item in items)
    text = f'<rss version="2.0"><channel><title>t</title><link>/</link>{body}</channel></rss>'
    return Answer(body=text.encode(), headers={"ETag": '"v1"'})


def an_item(number: int = 1, text: str = "Text.") -> str:
    return f"<title>Title {number}</title><guid>g{number}</guid><link>/{number}</link><description>{text}</description>"


def told(entry: Entry) -> str:
    block = entry.sections[0].blocks[0]
    return block.text if isinstance(block, Paragraph) else ""


def test_the_same_entry_again_is_nothing(server: FeedServer) -> None:
    """What is stored is passed over; what changed or is new comes."""
    server.answers["/feed"] = feed(an_item(1), an_item(2))
    visitor = Visitor(server)
    assert [entry.guid for entry in visitor.visits().entries] == ["g1", "g2"]
    again = visitor.visits()
    assert (again.entries, again.known) == ((), 2)
    server.answers["/feed"] = feed(an_item(3), an_item(1, "Changed."), an_item(2))
    assert [entry.guid for entry in visitor.visits().entries] == ["g3", "g1"]


def test_links_are_absolute(server: FeedServer) -> None:
    """A relative link is one of the feed's site."""
    server.answers["/feed"] = feed(an_item(1))
    assert Visitor(server).visits().entries[0].url == f"{server.url}/1"


def test_304_keeps_what_is_remembered(server: FeedServer) -> None:
    """Nothing changed: no entries, no parse, the same validators, and trouble of before is over."""
    server.answers["/feed"] = feed(an_item())
    visitor = Visitor(server)
    visitor.visits()
    server.answers["/feed"] = Answer(304)
    result = visitor.visits()
    assert (result.entries, result.state.etag, result.state.succeeded_at) == ((), '"v1"', NOW)
    assert server.asked[-1].headers["If-None-Match"] == '"v1"'


def test_a_permanent_move_is_remembered(server: FeedServer) -> None:
    """From then on the new address is asked, also after a 304."""
    server.answers |= {"/feed": Answer(301, headers={"Location": "/moved"}), "/moved": feed(an_item())}
    visitor = Visitor(server)
    assert visitor.visits().state.moved_to == f"{server.url}/moved"
    server.answers["/moved"] = Answer(304)
    assert visitor.visits().state.moved_to == f"{server.url}/moved"
    assert server.paths() == ["/feed", "/moved", "/moved"]


@pytest.mark.parametrize("status", [404, 410])
def test_where_nothing_is_any_more_the_configured_address_counts(server: FeedServer, status: int) -> None:
    """The feed moved and moved back: what was remembered of the detour is forgotten."""
    server.answers |= {"/feed": Answer(301, headers={"Location": "/moved"}), "/moved": feed(an_item())}
    visitor = Visitor(server)
    visitor.visits()
    server.answers |= {"/feed": feed(an_item(2)), "/moved": Answer(status)}
    result = visitor.visits()
    assert ([entry.guid for entry in result.entries], result.state.moved_to) == (["g2"], None)
    assert "If-None-Match" not in server.asked[-1].headers


def test_a_detour_that_fails_for_now_is_kept(server: FeedServer) -> None:
    """The configured address is not asked each time the other one stumbles."""
    server.answers |= {"/feed": Answer(301, headers={"Location": "/moved"}), "/moved": feed(an_item())}
    visitor = Visitor(server)
    visitor.visits()
    server.answers["/moved"] = Answer(503)
    with pytest.raises(SourceError, match="503"):
        visitor.visits()
    assert server.paths() == ["/feed", "/moved", "/moved"]


def test_a_page_that_is_no_feed(server: FeedServer) -> None:
    """The error says what it is instead."""
    server.answers["/feed"] = Answer(body=b"<!doctype html><html><body>Welcome")
    with pytest.raises(SourceError, match="a web page, not a feed"):
        Visitor(server).visits()


def test_the_page_behind_an_entry_is_read(server: FeedServer) -> None:
    """Its sections and facts are the summary's; the feed keeps the headline; an explainer is background."""
    server.answers |= {"/feed": feed(an_item(1), an_item(2))}
    for number, page in ((1, "summary_page.html"), (2, "explainer.html")):
        server.answers[f"/{number}"] = Answer(body=(PAGES / page).read_bytes(), headers={"Content-Type": "text/html"})
    first, second = Visitor(server, follow=True).visits().entries
    assert (first.headline, first.journal) == ("Title 1", "Journal of Invented Results")
    assert first.section(SectionRole.CONSIDERATIONS) is not None
    assert (first.kind, second.kind) == (Kind.RESEARCH, Kind.BACKGROUND)


def test_another_page_is_not_taken_for_the_entrys(server: FeedServer) -> None:
    """What leads home or is lost leaves the feed's words; a check for robots is tried again; the operator is told."""
    server.answers |= {
        "/feed": feed(an_item(1, "Words of one."), an_item(2, "Words of two."), an_item(3, "Words of three.")),
        "/1": Answer(302, headers={"Location": "/"}),
        "/": Answer(
            body=b"<html><title>Site</title><h1>Welcome</h1><p>Gardens and boats, and what floats on water.</p>"
        ),
        "/2": Answer(
            body=b"<html><title>Page not found</title><h1>Page not found</h1><p>Try a search of our site.</p>"
        ),
        "/3": Answer(body=b"<html><title>Just a moment...</title><p>Checking that you are a person, please wait.</p>"),
    }
    visitor = Visitor(server, follow=True)
    result = visitor.visits()
    assert [told(entry) for entry in result.entries] == ["Words of one.", "Words of two.", "Words of three."]
    assert [("home page" in one.message, "no such page" in one.message) for one in result.problems] == [
        (True, False), (False, True), (False, False),
    ]  # fmt: skip
    assert [problem.place for problem in result.problems] == [f"{server.url}/{number}" for number in (1, 2, 3)]
    server.answers["/3"] = Answer(body=b"<h2>Key takeaway</h2><p>The right page.</p>")
    assert [told(entry) for entry in visitor.visits().entries] == ["The right page."]


def test_a_page_that_breaks_off_is_read_again(server: FeedServer) -> None:
    """What ends inside a tag is not kept as whole, and the next visit asks for it once more."""
    page = b"<html><body><h2>Key takeaway</h2><p>The whole page.</p>"
    server.answers |= {"/feed": feed(an_item(1)), "/1": Answer(body=page + b"<div class=")}
    visitor = Visitor(server, follow=True)
    result = visitor.visits()
    assert [told(entry) for entry in result.entries] == ["Text."]
    assert "breaks off" in result.problems[0].message and result.state.etag is None
    server.answers["/1"] = Answer(body=page)
    assert [told(entry) for entry in visitor.visits().entries] == ["The whole page."]


def test_known_entries_are_not_followed(server: FeedServer) -> None:
    """A page is asked for once, as long as its entry stays the same."""
    server.answers |= {"/feed": feed(an_item(1)), "/1": Answer(body=b"<h2>Key takeaway</h2><p>a</p>")}
    visitor = Visitor(server, follow=True)
    visitor.visits()
    visitor.visits()
    assert server.paths() == ["/feed", "/1", "/feed"]


def test_a_missing_page_costs_nothing_but_itself(server: FeedServer) -> None:
    """The feed's own text is used, a problem tells of it, and a page that is not there is not asked for again."""
    server.answers["/feed"] = feed(an_item(1))
    visitor = Visitor(server, follow=True)
    result = visitor.visits()
    assert [entry.guid for entry in result.entries] == ["g1"]
    assert "404" in result.problems[0].message and "feed's own text" in result.problems[0].message
    assert visitor.visits().known == 1
    assert server.paths() == ["/feed", "/1", "/feed"]


def test_a_page_that_fails_for_now_is_asked_for_again(server: FeedServer) -> None:
    """Even if the feed did not change: its validators are forgotten; when the page comes the entry is changed."""
    server.answers |= {"/feed": feed(an_item(1)), "/1": Answer(500)}
    visitor = Visitor(server, follow=True)
    first = visitor.visits()
    assert (len(first.entries), first.state.etag) == (1, None)
    assert visitor.visits().entries == ()
    server.answers["/1"] = Answer(body=b"<h2>Key takeaway</h2><p>The page is back.</p>")
    (entry,) = visitor.visits().entries
    assert entry.guid == "g1" and entry.section(SectionRole.TAKEAWAY) is not None
    assert visitor.state.etag == '"v1"'


def test_a_server_that_asks_for_patience_gets_it(server: FeedServer) -> None:
    """After a 429 no other page is asked for in this visit; nothing is lost."""
    server.answers |= {"/feed": feed(an_item(1), an_item(2)), "/1": Answer(429, headers={"Retry-After": "60"})}
    result = Visitor(server, follow=True).visits()
    assert len(result.entries) == 2
    assert server.paths() == ["/feed", "/1"]


def test_a_page_without_a_summary_does_not_replace_the_feed_s_text(server: FeedServer) -> None:
    """A consent wall says less than the feed."""
    text = "A long text that the feed itself gives."
    server.answers |= {"/feed": feed(an_item(1, text)), "/1": Answer(body=b"<p>Please log in.</p>")}
    result = Visitor(server, follow=True).visits()
    assert "A long text" in repr(result.entries[0].sections)
    assert "holds no summary" in result.problems[0].message


def test_a_hostile_page_costs_nothing_but_itself(server: FeedServer) -> None:
    """Markup nested without end is told of, and the entry stays."""
    server.answers |= {"/feed": feed(an_item(1)), "/1": Answer(body=b"<div>" * 20_000)}
    result = Visitor(server, follow=True).visits()
    assert len(result.entries) == 1 and "levels deep" in result.problems[0].message


def test_a_file_behind_a_link_is_no_page(server: FeedServer) -> None:
    """A PDF is not read as text."""
    server.answers |= {"/feed": feed(an_item(1)), "/1": Answer(body=b"%PDF-1.7 <p>" + b"text " * 500)}
    result = Visitor(server, follow=True).visits()
    assert "no web page" in result.problems[0].message
    assert "text text" not in repr(result.entries)


def test_guids_stay_when_the_feed_moves(server: FeedServer) -> None:
    """An id is taken as printed, not made absolute with an address that may change; nor is it taken for a link."""
    server.answers |= {
        "/feed": Answer(301, headers={"Location": "/deep/feed"}),
        "/deep/feed": feed("<title>a</title><guid>7</guid>"),
    }
    (entry,) = Visitor(server).visits().entries
    assert (entry.guid, entry.url) == ("7", None)


def test_the_demo_feed_is_whole() -> None:
    """Ten invented studies, each with its limits, its facts and its DOI."""
    demo = Path(__file__).parents[2] / "digest" / "data" / "demo" / "feed.xml"
    result = FeedSource(name="demo", feed=str(demo)).collect(
        SourceState(name="demo"), known=lambda _g, _p: False, now=NOW
    )
    assert (len(result.entries), result.problems) == (10, ())
    for entry in result.entries:
        assert [section.role.value for section in entry.sections] == [
            "takeaway", "findings", "relevance", "considerations",
        ]  # fmt: skip
        assert all(
            (entry.journal, entry.doi, entry.people, entry.design, entry.credibility, entry.tags, entry.published)
        )


def test_a_missing_local_file(tmp_path: Path) -> None:
    """The error names the file and what to do, and asking again cannot help."""
    source = FeedSource(name="local", feed=str(tmp_path / "none.xml"))
    with pytest.raises(SourceError, match=r"none\.xml: No such file.*give the path") as raised:
        source.collect(SourceState(name="local"), known=lambda _g, _p: False, now=NOW)
    assert raised.value.permanent


def test_a_feed_that_breaks_off_is_asked_for_again(server: FeedServer) -> None:
    """Its whole entries are read, the operator is told, and the next visit asks for all of it."""
    whole = feed(an_item(1), an_item(2), an_item(3))
    server.answers["/feed"] = replace(whole, body=whole.body[:-60], missing=60)
    visitor = Visitor(server)
    first = visitor.visits()
    assert [entry.guid for entry in first.entries] == ["g1", "g2"]
    assert "broke off" in first.problems[0].message
    server.answers["/feed"] = whole
    assert [entry.guid for entry in visitor.visits().entries] == ["g3"]
    assert "If-None-Match" not in server.asked[-1].headers


def test_a_feed_without_its_end_is_not_taken_for_all_of_it(server: FeedServer) -> None:
    """Also where the server counted its bytes right: the last tag is missing."""
    whole = feed(an_item(1), an_item(2))
    server.answers["/feed"] = replace(whole, body=whole.body[:-40])
    visitor = Visitor(server)
    result = visitor.visits()
    assert ([entry.guid for entry in result.entries], result.state.etag) == (["g1"], None)
    assert "its end is missing" in result.problems[0].message


def test_a_page_that_breaks_off_is_asked_for_again(server: FeedServer) -> None:
    """The feed's own text is used until the page comes whole."""
    page = b"<html><h2>Key takeaway</h2><p>a</p><h2>What they found</h2><p>b</p></html>"
    server.answers |= {"/feed": feed(an_item(1)), "/1": Answer(body=page[:50], missing=20)}
    visitor = Visitor(server, follow=True)
    result = visitor.visits()
    assert "broke off" in result.problems[0].message and result.state.etag is None
    server.answers["/1"] = Answer(body=page)
    assert visitor.visits().entries[0].section(SectionRole.FINDINGS) is not None


@pytest.mark.parametrize("location", ["http://[::1", "http://e.example.org:99999/", "\xff\xfe", "http://a..b/"])
def test_one_page_that_leads_nowhere_costs_nothing_but_itself(server: FeedServer, location: str) -> None:
    """The other entries are read, whatever a server writes into a redirect."""
    server.answers |= {"/feed": feed(an_item(1), an_item(2)), "/1": Answer(302, headers={"Location": location})}
    server.answers["/2"] = Answer(body=(PAGES / "summary_page.html").read_bytes())
    result = Visitor(server, follow=True).visits()
    assert [entry.guid for entry in result.entries] == ["g1", "g2"]
    assert result.entries[1].journal == "Journal of Invented Results"


def test_a_server_that_says_for_ever_that_nothing_changed(server: FeedServer) -> None:
    """Once a week it is not asked whether something did, but for all of it."""
    server.answers["/feed"] = lambda asked: Answer(304) if "If-None-Match" in asked.headers else feed(an_item(1))
    visitor = Visitor(server)
    visitor.visits()
    assert visitor.visits().known == 0
    visitor.state = replace(visitor.state, succeeded_at=NOW - timedelta(days=8))
    assert visitor.visits().known == 1


def test_a_packed_feed_in_a_file(tmp_path: Path) -> None:
    """It is known by its first bytes."""
    path = tmp_path / "feed.xml.gz"
    path.write_bytes(gzip.compress(feed(an_item(1)).body))
    source = FeedSource(name="site", feed=str(path))
    result = source.collect(SourceState(name="site"), known=lambda _guid, _mark: False, now=NOW)
    assert [entry.guid for entry in result.entries] == ["g1"]
