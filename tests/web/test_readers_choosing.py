"""Choosing: wishes are shown, tried, moved and saved; links in a mail make a change ready; an address is confirmed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from digest.links import link as url_of
from digest.models import Cadence, FeedbackKind, Length, PartOfDay, Subscriber, SubscriberStatus, Suppression
from digest.tokens import Purpose
from tests.factories import NOW
from tests.web.conftest import Desk, Opener
from tests.web.readers import FORGED, HEADLINES, a_reader, an_issue, letter_link, link, posted, reader, words


@pytest.fixture
def ada(desk: Desk) -> Subscriber:
    return a_reader(desk, "ada@example.org", "vision", "fatigue-sleep", name="Ada", timezone="Europe/Berlin")


def choices(desk: Desk, who: Subscriber) -> str:
    return link(desk, Purpose.PREFERENCES, who.id)


def ticked(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)" checked', page)


def press(desk: Desk, who: Subscriber, **fields: Any) -> Any:
    kept = {"interest": ["vision", "fatigue-sleep"], "order": ["vision", "fatigue-sleep"], "timezone": who.timezone}
    return desk.browser().post(choices(desk, who), data={**kept, "name": who.name, **fields})


def test_the_page_shows_what_they_chose(desk: Desk, ada: Subscriber) -> None:
    """Every topic with its line, theirs ticked and in their order, and all else as it is stored."""
    page = desk.browser().get(choices(desk, ada)).text
    assert set(ticked(page, "interest")) == {"vision", "fatigue-sleep"} and ticked(page, "length") == ["standard"]
    assert re.findall(r'name="order" value="([^"]*)"', page) == ["vision", "fatigue-sleep"]
    assert "Optic neuritis, sight, and scans of the eye." in page and 'value="Ada"' in page
    assert '<option value="Europe/Berlin" selected>' in page


def test_topics_say_how_much_they_had_lately(desk: Desk, ada: Subscriber) -> None:
    """So that nobody chooses a topic that is always empty without knowing."""
    an_issue(desk)
    page = words(desk.browser().get(choices(desk, ada)).text)
    assert "Eyes and vision 1 lately" in page and "in our last 3 issues" in page


def test_what_is_saved_is_what_was_chosen(desk: Desk, ada: Subscriber) -> None:
    """Every field; and the next page says that it is saved."""
    answer = press(
        desk, ada, interest=["vision", "btk"], mute="pml", length="full", quiet_note="1", role="carer",
        weekday="friday", part_of_day="evening", timezone="Asia/Tokyo", name="Ada L.",
    )  # fmt: skip
    assert "Saved" in desk.browser().get(answer.headers["location"]).text
    saved = reader(desk)
    assert saved.profile.interests == ("vision", "btk") and saved.profile.mutes == {"pml"}
    assert saved.profile.length is Length.FULL and saved.profile.quiet_note
    assert (saved.weekday, saved.part_of_day, saved.timezone) == (4, PartOfDay.EVENING, "Asia/Tokyo")
    assert (saved.name, saved.role) == ("Ada L.", "carer")


def test_how_often_is_asked_where_there_is_a_choice(open_desk: Opener) -> None:
    """With weekly issues on offer it can be chosen; the form does not ask what has one answer."""
    desk = open_desk(cadence=["weekly", "monthly"])
    ada = a_reader(desk, "ada@example.org", "vision")
    assert "Every week" in desk.browser().get(choices(desk, ada)).text
    press(desk, ada, cadence="weekly")
    assert reader(desk).cadence is Cadence.WEEKLY
    assert press(desk, ada, cadence="quarterly").status_code == 422


def test_a_cadence_that_is_offered_no_more_keeps_nothing_else_out(open_desk: Opener) -> None:
    """It is shown as theirs, and may be left."""
    desk = open_desk()
    ada = a_reader(desk, "ada@example.org", "vision", cadence=Cadence.WEEKLY)
    assert ticked(desk.browser().get(choices(desk, ada)).text, "cadence") == ["weekly"]
    assert press(desk, ada, cadence="weekly", name="Ada").status_code == 303
    assert (reader(desk).name, reader(desk).cadence) == ("Ada", Cadence.WEEKLY)
    press(desk, ada, cadence="monthly")
    assert reader(desk).cadence is Cadence.MONTHLY


@pytest.mark.parametrize(
    ("button", "expected"), [("up fatigue-sleep", "fatigue-sleep"), ("down vision", "vision"), ("up vision", "vision")]
)
def test_a_topic_moves_without_being_saved(desk: Desk, ada: Subscriber, button: str, expected: str) -> None:
    """The page comes back in the new order, the pressed button is where the next key goes, and it says it waits."""
    page = press(desk, ada, move=button).text
    order = re.findall(r'name="order" value="([^"]*)"', page)
    assert order == (["vision", "fatigue-sleep"] if button == "up vision" else ["fatigue-sleep", "vision"])
    assert "not saved yet" in page and reader(desk).profile.interests == ("vision", "fatigue-sleep")
    assert re.search(rf'value="\w+ {expected}"[^>]* autofocus', page)


def test_trying_shows_the_last_mail_and_saves_nothing(desk: Desk, ada: Subscriber) -> None:
    """Before anything is decided they see what it would have come to."""
    an_issue(desk)
    page = words(press(desk, ada, interest="ebv", show="1").text)
    assert HEADLINES[3] in page and HEADLINES[1] not in page and "not saved yet" in page
    assert reader(desk).profile.interests == ("vision", "fatigue-sleep")


def test_the_preview_follows_a_script(desk: Desk, ada: Subscriber) -> None:
    """The same in a piece, for a page that changes while they choose."""
    an_issue(desk)
    piece = desk.browser().post(f"{choices(desk, ada)}/preview", data={"interest": "ebv"}).text
    assert HEADLINES[3] in piece and "<html" not in piece and 'formtarget="_blank"' in piece


def test_the_whole_mail_looks_like_itself(desk: Desk, ada: Subscriber) -> None:
    """With its own styles, without a script, without a form, in nobody's frame."""
    an_issue(desk)
    answer = desk.browser().post(f"{choices(desk, ada)}/mail", data={"interest": "ebv"})
    policy = answer.headers["content-security-policy"]
    assert HEADLINES[3] in answer.text and "style-src 'unsafe-inline'" in policy
    assert "default-src 'none'" in policy and "form-action 'none'" in policy and "script-src" not in policy


@pytest.mark.parametrize("piece", ["", "/preview"])
def test_without_an_issue_the_preview_says_so(desk: Desk, ada: Subscriber, piece: str) -> None:
    """A new newsletter has nothing to show."""
    answer = desk.browser().post(choices(desk, ada) + piece, data={"show": "1"})
    assert answer.status_code == 200 and "No issue went out yet" in answer.text


def test_a_mistake_is_said_and_nothing_is_saved(desk: Desk, ada: Subscriber) -> None:
    """What was ticked is still ticked."""
    answer = press(desk, ada, timezone="Moon/Crater", interest="btk")
    assert answer.status_code == 422 and ticked(answer.text, "interest") == ["btk"]
    assert reader(desk) == ada


def test_a_form_cannot_give_permission(desk: Desk) -> None:
    """Whoever left stays so, whatever is posted; their wishes are kept for the day they come back."""
    gone = a_reader(desk, "ada@example.org", "vision", status=SubscriberStatus.UNSUBSCRIBED)
    press(desk, gone, status="active", email="eve@example.org", interest="btk")
    assert (reader(desk).status, reader(desk).profile.interests) == (SubscriberStatus.UNSUBSCRIBED, ("btk",))
    assert "join again" in desk.browser().get(choices(desk, gone)).text


@pytest.mark.parametrize(("word", "gone"), [("less", True), ("more", False)])
def test_a_link_in_the_mail_makes_a_change_ready(desk: Desk, ada: Subscriber, word: str, gone: bool) -> None:
    """The page is open with the change made; it counts when they save it, not when a scanner opens the link."""
    issue = an_issue(desk)
    delivery = desk.digest.store.delivery(issue.id, ada.id)
    assert delivery is not None and delivery.edition_id is not None
    placed = desk.digest.store.edition(delivery.edition_id).selection.research[0]
    path = f"{link(desk, Purpose.PREFERENCES, ada.id, issue.id)}/{word}/{placed.summary_id}"
    desk.browser().head(path)
    page = desk.browser().get(path).text
    assert 'form="choices"' in page and (placed.topic_id in ticked(page, "interest")) is not gone
    assert reader(desk) == ada


def test_a_link_about_another_mail_changes_nothing(desk: Desk, ada: Subscriber) -> None:
    """A number that was in no mail of theirs is said to be none."""
    answer = desk.browser().get(f"{choices(desk, ada)}/less/4711")
    assert answer.status_code == 422 and "Your choices" in answer.text and reader(desk) == ada


def test_a_new_address_is_theirs_once_its_owner_says_so(desk: Desk, ada: Subscriber) -> None:
    """A letter to the new one, a press, a letter to the old one; until then nothing changes."""
    answer = desk.browser().post(f"{choices(desk, ada)}/address", data={"email": "ada@example.net"})
    assert "Look into the mailbox" in desk.browser().get(answer.headers["location"]).text
    assert posted(desk) == 1 and desk.transport.inbox[0].recipient == "ada@example.net"
    path = letter_link(desk, "a")
    assert "ada@example.net" in desk.browser().get(path).text and reader(desk) == ada
    assert "Done" in desk.browser().post(path).text
    assert posted(desk) == 2 and desk.transport.inbox[1].recipient == "ada@example.org"
    assert reader(desk, "ada@example.net").id == ada.id
    assert "Done" in desk.browser().post(path).text and posted(desk) == 2


def test_a_new_address_tells_nobody_who_reads(desk: Desk, ada: Subscriber) -> None:
    """The answer is the same for one that is free, one that is taken, one that left, and one that complained."""
    a_reader(desk, "bob@example.org")
    a_reader(desk, "cleo@example.org", status=SubscriberStatus.UNSUBSCRIBED)
    desk.digest.store.suppress(Suppression(address="dan@example.org", reason=FeedbackKind.COMPLAINT, at=NOW))
    answers = {
        (one.status_code, one.headers["location"], one.content)
        for address in ("free@example.org", "bob@example.org", "cleo@example.org", "dan@example.org")
        if (one := desk.browser().post(f"{choices(desk, ada)}/address", data={"email": address}))
    }
    assert len(answers) == 1


@pytest.mark.parametrize("path", ["/address", "/erase", "/mail", "/preview"])
def test_going_back_to_where_a_form_was_sent_shows_the_form(desk: Desk, ada: Subscriber, path: str) -> None:
    """A reload, a bookmark or a scanner there does nothing."""
    answer = desk.browser().get(f"{choices(desk, ada)}{path}")
    assert (answer.status_code, answer.headers["location"]) == (303, choices(desk, ada)) and posted(desk) == 0


def test_a_wrong_address_is_said(desk: Desk, ada: Subscriber) -> None:
    """At once, on the same page."""
    answer = desk.browser().post(f"{choices(desk, ada)}/address", data={"email": "nobody"})
    assert answer.status_code == 422 and "no email address" in answer.text


def test_no_address_or_topic_stands_in_a_url(desk: Desk, ada: Subscriber) -> None:
    """Not in one of the page, and not in one that an answer leads to."""
    urls = re.findall(
        r'(?:href|action|formaction|src|data-preview)="([^"]*)"', desk.browser().get(choices(desk, ada)).text
    )
    urls += [press(desk, ada, interest="btk").headers["location"]]
    assert len(urls) > 10 and not [url for url in urls if "@" in url or any(t in url for t in desk.digest.tree.by_id)]


def test_a_link_is_short_and_says_nothing(desk: Desk, ada: Subscriber) -> None:
    """Under 70 characters with a usual address in front, and only letters and digits."""
    path = choices(desk, ada)
    assert re.fullmatch(r"/p/[A-Za-z0-9_-]{38}", path) and len(f"https://digest.example.org{path}") < 70
    assert url_of(desk.digest, Purpose.PREFERENCES, ada.id).endswith(path)


@pytest.mark.parametrize("path", ["", "/preview", "/mail", "/address", "/erase", "/data", "/less/1", "/more/1"])
def test_without_the_right_link_there_is_nothing(desk: Desk, ada: Subscriber, path: str) -> None:
    """Neither with a forged one, nor with one for something else, nor with that of somebody erased: one page."""
    other = link(desk, Purpose.UNSUBSCRIBE, ada.id).removeprefix("/u/")
    gone = link(desk, Purpose.PREFERENCES, 4_711).removeprefix("/p/")
    browser = desk.browser()
    posts = path in ("", "/preview", "/mail", "/address", "/erase")
    for ask in (browser.get, browser.post) if path == "" else (browser.post if posts else browser.get,):
        answers = [ask(f"/p/{token}{path}") for token in (FORGED, other, gone)]
        assert {one.status_code for one in answers} == {404} and len({one.text for one in answers}) == 1
    assert reader(desk) == ada
