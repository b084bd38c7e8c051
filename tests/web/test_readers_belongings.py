"""All that is kept of a reader: theirs to take along, and to have deleted."""

from __future__ import annotations

from digest.tokens import Purpose
from tests.web.conftest import Desk
from tests.web.readers import a_reader, an_issue, letter_link, link, posted


def test_it_is_a_file_to_take_along(desk: Desk) -> None:
    """JSON: what they chose, their consent, and which mails they got."""
    ada = a_reader(desk, "ada@example.org", "vision")
    an_issue(desk)
    answer = desk.browser().get(f"{link(desk, Purpose.PREFERENCES, ada.id)}/data")
    kept = answer.json()
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "ada@example.org" in answer.text and kept["consent"]["method"] == "double-opt-in"
    assert [mail["issue"] for mail in kept["mails"]] == ["2026-11"]


def test_it_is_deleted_by_a_link_in_a_mail(desk: Desk) -> None:
    """The link to their choices only asks for the mail; the link in that deletes, by a press, and once."""
    ada = a_reader(desk)
    preferences, browser = link(desk, Purpose.PREFERENCES, ada.id), desk.browser()
    answer = browser.post(f"{preferences}/erase")
    assert "Look into your mailbox" in browser.get(answer.headers["location"]).text
    assert posted(desk) == 1
    path = letter_link(desk, "e")
    browser.head(path)
    assert "It cannot be undone" in browser.get(path).text
    assert list(desk.digest.store.subscribers())
    assert "All is deleted" in browser.post(path).text
    assert not list(desk.digest.store.subscribers())
    assert "All is deleted" in browser.post(path).text and "All is deleted" in browser.get(path).text
    assert browser.get(preferences).status_code == 404


def test_no_other_link_deletes(desk: Desk) -> None:
    """Neither that of the choices nor that of the mails' end."""
    ada = a_reader(desk)
    for purpose in (Purpose.PREFERENCES, Purpose.UNSUBSCRIBE):
        token = link(desk, purpose, ada.id)[3:]
        assert desk.browser().post(f"/e/{token}").status_code == 404
    assert list(desk.digest.store.subscribers())


def test_a_mailbox_is_not_flooded(desk: Desk) -> None:
    """Whoever holds a forwarded mail cannot send its reader letter after letter."""
    path, browser = f"{link(desk, Purpose.PREFERENCES, a_reader(desk).id)}/erase", desk.browser()
    assert [browser.post(path).status_code for _ in range(4)] == [303, 303, 303, 429]
