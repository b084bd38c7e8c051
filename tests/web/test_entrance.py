"""Who comes to the desk, and who does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest import access
from digest.errors import InputError, TokenError
from digest.models import CredentialKind, Person, Role
from tests.factories import NOW
from tests.web.conftest import EDITOR, OPERATOR, Desk, Opener, csrf, sign_in


def test_a_stranger_is_asked_to_sign_in(desk: Desk) -> None:
    """The desk shows nothing to who is not signed in, and remembers where they wanted to go."""
    answer = desk.browser().get("/desk")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in?next=/desk")


def test_a_link_asks_first(desk: Desk) -> None:
    """Opening the link as a mail scanner does changes nothing; the button signs in."""
    browser, secret = desk.browser(), access.make_link(desk.digest, EDITOR)
    for _ in range(3):
        assert "editor@example.org" in browser.get(f"/desk/enter/{secret}").text
        browser.head(f"/desk/enter/{secret}")
    assert sign_in(browser, secret).headers["location"] == "/desk"
    assert browser.get("/desk").status_code == 200


def test_a_link_works_once(desk: Desk) -> None:
    """Whoever finds it afterwards, in a mailbox or a history, gets nowhere."""
    secret = access.make_link(desk.digest, EDITOR)
    sign_in(desk.browser(), secret)
    late = desk.browser()
    assert sign_in(late, secret).status_code == late.get(f"/desk/enter/{secret}").status_code == 404
    assert late.get("/desk").status_code == 303


def test_a_link_grows_old(open_desk: Opener) -> None:
    """Half an hour later it opens nothing."""
    secret = access.make_link(open_desk().digest, EDITOR)
    late = open_desk(now=NOW + access.LINK_LIFE + timedelta(minutes=1))
    assert sign_in(late.browser(), secret).status_code == 404


def test_a_session_ends(open_desk: Opener) -> None:
    """After the hours that are configured somebody has to sign in again."""
    early = open_desk(web={"session_hours": 2})
    session = access.sign_in(early.digest, access.make_link(early.digest, EDITOR))
    assert access.signed_in(early.digest, session) == EDITOR
    late = open_desk(now=NOW + timedelta(hours=2, minutes=1), web={"session_hours": 2})
    assert access.signed_in(late.digest, session) is None


def test_who_is_named_no_longer_is_out_at_once(open_desk: Opener) -> None:
    """The configuration decides, not the session that was made under an older one."""
    before = open_desk()
    session = access.sign_in(before.digest, access.make_link(before.digest, EDITOR))
    after = open_desk(web={"people": [{"address": OPERATOR.name, "role": "operator"}]})
    assert access.signed_in(after.digest, session) is None


def test_a_changed_role_counts_at_once(open_desk: Opener) -> None:
    """An operator who is made an editor is one in their open session, too."""
    before = open_desk()
    session = access.sign_in(before.digest, access.make_link(before.digest, OPERATOR))
    after = open_desk(web={"people": [{"address": OPERATOR.name, "role": "editor"}]})
    assert access.signed_in(after.digest, session) == Person(name=OPERATOR.name, role=Role.EDITOR)


def test_signing_out_ends_the_session(desk: Desk) -> None:
    """The cookie opens nothing any more, even for who copied it."""
    browser = desk.of(EDITOR)
    copied = dict(browser.cookies)
    assert browser.post("/desk/sign-out", data={"csrf": csrf(browser.get("/desk"))}).status_code == 303
    thief = desk.browser()
    thief.cookies.update(copied)
    assert thief.get("/desk").status_code == 303


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, "wrong"),
        ({}, ""),
        ({"sec-fetch-site": "cross-site"}, "right"),
        ({"sec-fetch-site": "same-site"}, "right"),
        ({"origin": "https://evil.example"}, "right"),
        ({"origin": "null"}, "right"),
    ],
)
def test_a_form_of_another_site_does_nothing(desk: Desk, headers: dict[str, str], token: str) -> None:
    """Neither without our token nor from a page that is not ours."""
    browser = desk.of(EDITOR)
    right = csrf(browser.get("/desk"))
    fields = {"csrf": right if token == "right" else token}
    assert browser.post("/desk/sign-out", data=fields, headers=headers).status_code == 403
    assert browser.get("/desk").status_code == 200


@pytest.mark.parametrize(
    "goal", ["https://evil.example/", "//evil.example", "/\\evil.example", "/p/x", "/desk\r\nX: y"]
)
def test_signing_in_leads_to_the_desk_alone(desk: Desk, goal: str) -> None:
    """Where to go afterwards may be asked for, but never another site."""
    answer = sign_in(desk.browser(), access.make_link(desk.digest, EDITOR), next=goal)
    assert answer.headers["location"] == "/desk"


def test_the_cookie_is_for_browsers_of_this_site_alone(open_desk: Opener) -> None:
    """By https it is bound to the host, and no script or other site has any use of it."""
    secure = open_desk(base_url="https://news.example.org")
    answer = sign_in(secure.browser(), access.make_link(secure.digest, EDITOR))
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-digest=")
    assert {"httponly", "secure", "samesite=strict", "path=/"} <= {part.strip() for part in cookie.split(";")}


def test_guessing_is_slowed_down(desk: Desk) -> None:
    """After twenty tries within a minute nobody is answered for a while, and is told how long."""
    browser = desk.browser()
    answers = [browser.get(f"/desk/enter/guess{number}") for number in range(21)]
    assert [answer.status_code for answer in answers] == [404] * 20 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


def test_the_database_holds_no_secret(desk: Desk) -> None:
    """Whoever reads it can open nothing."""
    link = access.make_link(desk.digest, EDITOR)
    token = access.make_token(desk.digest, "reports", Role.EDITOR)
    kept = [*desk.digest.store.credentials(CredentialKind.LINK), *desk.digest.store.credentials(CredentialKind.API)]
    assert len(kept) == 2
    assert not any(secret in repr(kept) for secret in (link, token))


def test_a_token_serves_until_it_is_revoked(desk: Desk) -> None:
    """It says whose it is; revoked, it says nothing."""
    token = access.make_token(desk.digest, "reports", Role.OPERATOR)
    assert access.bearer(desk.digest, token) == Person(name="reports", role=Role.OPERATOR)
    access.revoke_token(desk.digest, "reports")
    assert access.bearer(desk.digest, token) is None
    with pytest.raises(InputError, match="no token 'reports'"):
        access.revoke_token(desk.digest, "reports")


def test_a_token_may_end_by_itself(open_desk: Opener) -> None:
    """After its days it opens nothing."""
    token = access.make_token(open_desk().digest, "reports", Role.EDITOR, days=3)
    assert access.bearer(open_desk(now=NOW + timedelta(days=2)).digest, token) is not None
    assert access.bearer(open_desk(now=NOW + timedelta(days=4)).digest, token) is None


def test_tokens_have_names_of_their_own(desk: Desk) -> None:
    """Two of one name could not be told apart when one is to be revoked."""
    access.make_token(desk.digest, "reports", Role.EDITOR)
    with pytest.raises(InputError, match="already"):
        access.make_token(desk.digest, "reports", Role.EDITOR)


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "x" * 101])
def test_a_token_is_named_in_one_line(desk: Desk, name: str) -> None:
    """Its name is shown in a table."""
    with pytest.raises(InputError, match="one line"):
        access.make_token(desk.digest, name, Role.EDITOR)


def test_one_kind_of_secret_is_no_other(desk: Desk) -> None:
    """A link is no session, a session no token, a token no link."""
    link, token = access.make_link(desk.digest, EDITOR), access.make_token(desk.digest, "reports", Role.EDITOR)
    assert access.signed_in(desk.digest, link) is None and access.bearer(desk.digest, link) is None
    assert access.signed_in(desk.digest, token) is None
    with pytest.raises(TokenError):
        access.greet(desk.digest, token)
