"""Taking a break, and coming back."""

from __future__ import annotations

from datetime import date

import pytest

from digest.models import SubscriberStatus
from digest.tokens import Purpose
from tests.web.conftest import Desk
from tests.web.readers import FORGED, a_reader, link, reader, words


def the_link(desk: Desk) -> str:
    return link(desk, Purpose.PAUSE, a_reader(desk).id)


@pytest.mark.parametrize(
    ("fields", "until"),
    [
        ({"months": "1"}, date(2027, 1, 1)),
        ({"months": "3"}, date(2027, 3, 1)),
        ({"months": "6"}, date(2027, 6, 1)),
        ({"until": "2027-02-14"}, date(2027, 2, 14)),
    ],
)
def test_a_break_is_one_press(desk: Desk, fields: dict[str, str], until: date) -> None:
    """For some months, or until a day; the page says when the mails come back."""
    page = words(desk.browser().post(the_link(desk), data=fields).text)
    assert reader(desk).paused_until == until
    assert f"until {until.day} {until:%B %Y}" in page and "come back by themselves" in page


def test_opening_the_link_begins_no_break(desk: Desk) -> None:
    """The page asks for how long."""
    path, browser = the_link(desk), desk.browser()
    browser.head(path)
    assert "For how long?" in browser.get(path).text and reader(desk).paused_until is None


def test_a_break_can_be_ended(desk: Desk) -> None:
    """From the page that says it has begun, or from the link in the mail."""
    path, browser = the_link(desk), desk.browser()
    browser.post(path, data={"months": "3"})
    assert "End the break now" in browser.get(path).text
    assert "Good to have you back" in browser.post(path, data={"end": "1"}).text
    assert reader(desk).paused_until is None and "End the break" not in browser.get(path).text


@pytest.mark.parametrize(
    "fields",
    [{"months": "2"}, {"months": "x"}, {"until": "soon"}, {"until": "2026-12-01"}, {"until": "2031-01-01"}, {}],
)
def test_a_wrong_day_is_said(desk: Desk, fields: dict[str, str]) -> None:
    """Today, the past, years away, or none at all: the form comes back with what to do."""
    answer = desk.browser().post(the_link(desk), data=fields)
    assert answer.status_code == 422 and 'role="alert"' in answer.text and reader(desk).paused_until is None


def test_who_has_left_is_not_promised_mails(desk: Desk) -> None:
    """No break is taken from mails that do not come."""
    path, browser = link(desk, Purpose.PAUSE, a_reader(desk, status=SubscriberStatus.UNSUBSCRIBED).id), desk.browser()
    for page in (browser.get(path), browser.post(path, data={"months": "1"})):
        assert "join again" in page.text and "3 months" not in page.text
    assert reader(desk).paused_until is None


def test_only_its_own_link_pauses(desk: Desk) -> None:
    """Not a forged one, and not one for something else."""
    ada = a_reader(desk)
    other = link(desk, Purpose.UNSUBSCRIBE, ada.id).replace("/u/", "/s/")
    for path in (other, f"/s/{FORGED}"):
        assert desk.browser().post(path, data={"months": "1"}).status_code == 404
    assert reader(desk).paused_until is None
