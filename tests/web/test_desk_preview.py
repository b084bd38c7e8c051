"""Preview: what a reader will get, byte for byte, in a frame that can do nothing."""

from __future__ import annotations

import re

import pytest

from digest import approving, departures, previews
from digest.web.desk.looking import Shade, in_shade
from digest.web.guard import MAIL_POLICY
from tests.factories import a_subscriber, an_entry
from tests.web.conftest import EDITOR, OPERATOR, Desk, Opener, csrf
from tests.web.sample import ENTRIES, MONTH, filled

HERE = f"/desk/issues/{MONTH}"


def without_tokens(html: str) -> str:
    return re.sub(r"/([psuw])/[A-Za-z0-9_-]{38}", r"/\1/T", html)


def test_an_operator_sees_the_very_bytes(desk: Desk) -> None:
    """What is previewed before the approval is what the transport is handed after it."""
    issue = filled(desk.digest)
    browser = desk.of(OPERATOR)
    approved = approving.approve(desk.digest, issue, by="ada")
    shown = browser.get(f"{HERE}/mail.eml?reader=1").content
    departures.send(desk.digest, approved)
    sent = {message.recipient: message.data for message in desk.transport.inbox}
    assert shown == sent["ada@example.org"]


def test_the_frame_holds_the_html_that_is_sent(desk: Desk) -> None:
    """As the screen is set, nothing of it is changed."""
    issue = filled(desk.digest)
    html = desk.of(OPERATOR).get(f"{HERE}/mail?reader=1").text
    assert html == previews.of_reader(desk.digest, issue, "ada@example.org").html


def test_an_editor_sees_the_same_edition_with_links_that_are_nobodys(desk: Desk) -> None:
    """What a reader gets is the editors' business; whose pages its links open, and where they live, is not."""
    issue = filled(desk.digest)
    theirs = previews.of_reader(desk.digest, issue, "parent@example.org").html
    shown = desk.of(EDITOR).get(f"{HERE}/mail?reader=2").text
    assert shown != theirs
    assert without_tokens(shown) == without_tokens(theirs).replace("parent@example.org", "reader@example.org")
    source = desk.of(EDITOR).get(f"{HERE}/mail.eml?reader=2").text
    assert "parent@example.org" not in source


def test_an_approved_issue_stays_as_it_was_approved(open_desk: Opener) -> None:
    """For any interests, and in the general edition, too: how the newsletter looks by now is for the next one."""
    desk = open_desk()
    approving.approve(desk.digest, filled(desk.digest), by="ada")
    paths = [f"{HERE}/mail", f"{HERE}/mail?t={[one.id for one in desk.digest.tree.topics].index('pediatric')}"]
    before = [desk.of(EDITOR).get(path).text for path in paths]
    editor = open_desk(accent="#7a1fa2", name="Another name").of(EDITOR)
    assert [editor.get(path).text for path in paths] == before


def test_every_frame_can_do_nothing(desk: Desk) -> None:
    """The policy the mail goes out with, and that of the element that shows it."""
    filled(desk.digest)
    browser = desk.of(EDITOR)
    assert browser.get(f"{HERE}/mail").headers["content-security-policy"] == MAIL_POLICY
    assert 'sandbox=""' in browser.get(f"{HERE}/preview").text


def test_a_reader_is_found_by_an_address_that_goes_into_no_url(desk: Desk) -> None:
    """It is typed in full; from then on they are a number."""
    filled(desk.digest)
    browser = desk.of(EDITOR)
    fields = {"csrf": csrf(browser.get(f"{HERE}/preview")), "address": "Ben@Example.org"}
    answer = browser.post(f"{HERE}/preview/find", data=fields)
    assert answer.headers["location"] == f"{HERE}/preview?reader=5"
    page = browser.get(answer.headers["location"]).text
    assert "Reader 5" in page and "ben@example.org" not in page
    log = browser.get(f"{HERE}/log").text
    assert "Looked up reader 5 by their address" in log and "ben@example.org" not in log


def test_a_reader_who_is_none_is_not_found(desk: Desk) -> None:
    """Nothing near is guessed, or an address could be found out letter by letter."""
    filled(desk.digest)
    browser = desk.of(EDITOR)
    token = csrf(browser.get(f"{HERE}/preview"))
    for address in ("ben@example", "ben", ""):
        browser.post(f"{HERE}/preview/find", data={"csrf": token, "address": address})
        assert "No reader has this address." in browser.get(f"{HERE}/preview").text


def test_operators_see_who_a_reader_is(desk: Desk) -> None:
    """Editors see a number alone."""
    filled(desk.digest)
    assert "ada@example.org" in desk.of(OPERATOR).get(f"{HERE}/preview?reader=1").text
    for part in ("mail", "text", "source", "differs"):
        assert "ada@example.org" not in desk.of(EDITOR).get(f"{HERE}/preview?reader=1&part={part}").text


@pytest.mark.parametrize(
    ("query", "before", "after"), [("", None, 1), ("reader=1", None, 2), ("reader=3", 2, 4), ("reader=5", 4, None)]
)
def test_readers_stand_in_a_row(desk: Desk, query: str, before: int | None, after: int | None) -> None:
    """The one before, the one after, and at both ends nobody."""
    filled(desk.digest)
    page = desk.of(EDITOR).get(f"{HERE}/preview?{query}").text
    found = {rel: number for number, rel in re.findall(r'href="[^"]*\?reader=(\d+)&[^"]*" rel="(\w+)"', page)}
    assert (found.get("prev"), found.get("next")) == tuple(str(one) if one else None for one in (before, after))


def test_who_gets_nothing_is_told_why(desk: Desk) -> None:
    """Without naming them."""
    filled(desk.digest)
    page = desk.of(OPERATOR).get(f"{HERE}/preview?reader=4").text
    assert "This reader gets nothing of 2026-11: nothing new." in page


def test_any_interests_may_be_looked_at(desk: Desk) -> None:
    """By the numbers of topics, for no interest stands in a url."""
    issue = filled(desk.digest)
    number = [topic.id for topic in desk.digest.tree.topics].index("pediatric")
    browser = desk.of(EDITOR)
    assert browser.get(f"{HERE}/mail?t={number}").text == previews.of_interests(desk.digest, issue, ["pediatric"]).html
    assert browser.get(f"{HERE}/preview?t=999").status_code == 422


def test_the_text_part_and_the_source_can_be_read(desk: Desk) -> None:
    """The text as it is sent, and the whole mail."""
    issue = filled(desk.digest)
    browser = desk.of(EDITOR)
    general = previews.of_interests(desk.digest, issue, [])
    assert "Walking eased fatigue in multiple sclerosis" in browser.get(f"{HERE}/preview?part=text").text
    assert "Content-Type: multipart/alternative" in browser.get(f"{HERE}/preview?part=source").text
    answer = browser.get(f"{HERE}/mail.eml")
    assert answer.headers["content-disposition"] == 'attachment; filename="2026-11.eml"'
    assert general.edition.subject.encode() in answer.content


def test_two_readers_are_compared(desk: Desk) -> None:
    """What the one has and the other has not, by headline."""
    filled(desk.digest)
    page = desk.of(EDITOR).get(f"{HERE}/preview?reader=1&part=differs&against=after").text
    mine, theirs = page.split("Only: Reader 2")
    assert "Walking eased fatigue" in mine.split("Only: Reader 1")[1]
    assert "Pediatric multiple sclerosis and school" in theirs


def test_readers_with_equal_interests_get_the_same(desk: Desk) -> None:
    """And the page says so."""
    filled(desk.digest, readers=tuple(a_subscriber(f"{name}@example.org", "fatigue-sleep") for name in "ab"))
    page = desk.of(EDITOR).get(f"{HERE}/preview?reader=1&part=differs&against=after").text
    assert "They are alike" in page


def test_an_issue_without_one_before_it_says_so(desk: Desk) -> None:
    """There is nothing to compare with."""
    filled(desk.digest)
    assert "There is no issue before this one." in desk.of(EDITOR).get(f"{HERE}/preview?part=differs&against=last").text


def test_a_screen_can_be_dark_where_this_one_is_light() -> None:
    """Only the head is changed: its kept styles apply always, or never; the words of the mail stay."""
    html = (
        "<head><style>:root { color-scheme: light dark } @media (prefers-color-scheme: dark) { a { } }</style></head>"
    )
    body = "<p>(prefers-color-scheme: dark)</p>"
    assert in_shade(html + body, Shade.AUTO) == html + body
    assert "@media (min-width: 0)" in in_shade(html, Shade.DARK) and "color-scheme: dark" in in_shade(html, Shade.DARK)
    assert "@media (max-width: 0)" in in_shade(html, Shade.LIGHT)
    assert in_shade(html + body, Shade.DARK).endswith(body)


def test_hostile_words_in_a_mail_stay_words(desk: Desk) -> None:
    """In the frame as in the page around it."""
    filled(desk.digest, (*ENTRIES, an_entry("x", headline="</iframe><script>alert(1)</script> multiple sclerosis")))
    browser = desk.of(EDITOR)
    for path in ("mail", "preview?part=text", "preview?part=source", "preview?part=differs"):
        assert "<script>alert" not in browser.get(f"{HERE}/{path}").text
