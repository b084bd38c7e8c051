"""Tokens: opaque, forgery-proof, one purpose each, the same bytes at every attempt."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import TokenError
from digest.tokens import Errand, Purpose, Signer, Subject

SIGNER = Signer([b"a secret of the operator"])
ADA = Subject(subscriber_id=17, issue_id=3)

subjects = st.builds(Subject, subscriber_id=st.integers(0, 2**64 - 1), issue_id=st.integers(0, 2**32 - 1))


@given(subject=subjects, purpose=st.sampled_from(Purpose))
def test_what_is_signed_is_read(subject: Subject, purpose: Purpose) -> None:
    """Both forms of a token give back exactly whom they are about."""
    assert SIGNER.read(purpose, SIGNER.sign(purpose, subject)) == subject
    assert SIGNER.read_local_part(purpose, SIGNER.sign_local_part(purpose, subject).upper()) == subject


@pytest.mark.parametrize("purpose", Purpose)
def test_one_purpose_each(purpose: Purpose) -> None:
    """A token for one purpose is refused for every other."""
    token = SIGNER.sign(purpose, ADA)
    for other in set(Purpose) - {purpose}:
        with pytest.raises(TokenError, match="another purpose"):
            SIGNER.read(other, token)


@given(place=st.integers(0, 37), put=st.sampled_from("ABCxyz019-_"))
def test_a_changed_token_is_refused(place: int, put: str) -> None:
    """Changing any character ends in refusal or, where it only touched unused bits, in the same subject."""
    token = SIGNER.sign(Purpose.UNSUBSCRIBE, ADA)
    changed = token[:place] + put + token[place + 1 :]
    try:
        assert SIGNER.read(Purpose.UNSUBSCRIBE, changed) == ADA
        assert changed[:-1] == token[:-1]
    except TokenError:
        assert changed != token


@pytest.mark.parametrize("token", ["", "x", "=" * 40, "é" * 38, "A" * 38, "A" * 5000, "../../etc/passwd", "\x00"])
def test_rubbish_is_refused(token: str) -> None:
    """Anything that is no token of ours is a TokenError, never another exception."""
    with pytest.raises(TokenError):
        SIGNER.read(Purpose.PREFERENCES, token)
    with pytest.raises(TokenError):
        SIGNER.read_local_part(Purpose.BOUNCE, token)


@given(subject=subjects)
def test_a_mail_is_signed_again_as_it_was(subject: Subject) -> None:
    """After the secret was changed, what made a token still makes the very same ones; names stay as they are."""
    now = Signer([b"a new one", b"a secret of the operator"])
    token = SIGNER.sign(Purpose.WEB_VERSION, subject)
    then = now.as_of(Purpose.WEB_VERSION, token)
    assert then.sign(Purpose.PREFERENCES, subject) == SIGNER.sign(Purpose.PREFERENCES, subject)
    assert now.sign(Purpose.PREFERENCES, subject) != SIGNER.sign(Purpose.PREFERENCES, subject)
    assert then.read(Purpose.PAUSE, now.sign(Purpose.PAUSE, subject)) == subject
    assert {one.conceal("x") for one in (now, then, SIGNER)} == {SIGNER.conceal("x")}


def test_nobody_signs_as_of_a_wrong_token() -> None:
    """It must be ours, and for that purpose."""
    for token in (SIGNER.sign(Purpose.PAUSE, ADA), "A" * 38):
        with pytest.raises(TokenError):
            SIGNER.as_of(Purpose.WEB_VERSION, token)


def test_short_opaque_and_stable() -> None:
    """A token is short enough for any header line, the same each time, and neighbours look unrelated."""
    token = SIGNER.sign(Purpose.WEB_VERSION, ADA)
    neighbour = SIGNER.sign(Purpose.WEB_VERSION, Subject(subscriber_id=18, issue_id=3))
    assert token == SIGNER.sign(Purpose.WEB_VERSION, ADA)
    assert len(token) == 38 and len(SIGNER.sign_local_part(Purpose.BOUNCE, ADA)) == 45
    assert sum(left == right for left, right in zip(token, neighbour, strict=True)) < 12


@given(subject=subjects)
def test_a_token_in_a_local_part_is_base_32(subject: Subject) -> None:
    """By the standard library's measure, so that others can read ours; and a Message-ID is, too."""
    token = SIGNER.sign_local_part(Purpose.BOUNCE, subject)
    sealed = base64.b32decode(token.upper() + "===")
    assert base64.b32encode(sealed).decode().rstrip("=").lower() == token and len(sealed) == 28
    assert SIGNER.sign(Purpose.BOUNCE, subject) == base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    assert len(base64.b32decode(SIGNER.message_id(subject, "x").partition("@")[0][1:].upper())) == 20


@given(number=st.integers(0, 2**63 - 1))
def test_a_letter_s_sender_says_which_letter_it_was(number: int) -> None:
    """In a local part; and it stands for no reader, as a reader's stands for no letter."""
    token = SIGNER.sign_letter(number)
    assert SIGNER.read_letter(token.upper()) == number and len(token) == 45
    with pytest.raises(TokenError):
        SIGNER.read_local_part(Purpose.BOUNCE, token)
    with pytest.raises(TokenError):
        SIGNER.read_letter(SIGNER.sign_local_part(Purpose.BOUNCE, Subject(subscriber_id=number)))


def test_tokens_are_what_they_were() -> None:
    """Links in mails that were sent before this version still work: the same contents give the same bytes."""
    assert SIGNER.sign(Purpose.UNSUBSCRIBE, ADA) == "_V-Zgul5bi2cdV5EPwQYJJLABn9sXk1YZ4gj6g"
    assert SIGNER.sign_local_part(Purpose.BOUNCE, ADA) == "gr4cj2qo53xm7tc4zlxmhtk7n2rkby7yn2je2vqkuyze6"
    assert SIGNER.message_id(ADA, "example.org") == "<t6ya352dzrpda4uyefokxi4jpmpcqg4u@example.org>"


def test_an_old_secret_still_reads_but_no_longer_signs() -> None:
    """Rotation: links in mails already sent go on working under the new secret."""
    rotated = Signer([b"the new secret", b"a secret of the operator"])
    old = SIGNER.sign(Purpose.UNSUBSCRIBE, ADA)
    assert rotated.read(Purpose.UNSUBSCRIBE, old) == ADA
    assert rotated.sign(Purpose.UNSUBSCRIBE, ADA) != old
    with pytest.raises(TokenError):
        Signer([b"the new secret"]).read(Purpose.UNSUBSCRIBE, old)


@pytest.mark.parametrize("secrets", [[], [b""], [b"good", b""]])
def test_no_empty_secret(secrets: list[bytes]) -> None:
    """A signer without a real secret cannot be made."""
    with pytest.raises(ValueError, match="secret"):
        Signer(secrets)


def test_message_ids() -> None:
    """One issue to one subscriber has one Message-ID for ever, unlike any other's."""
    ids = {
        SIGNER.message_id(Subject(subscriber_id=who, issue_id=issue), "example.org")
        for who in range(20)
        for issue in range(20)
    }
    again = SIGNER.message_id(ADA, "example.org")
    assert len(ids) == 400
    rotated = Signer([b"the new secret", b"a secret of the operator"])
    assert again == rotated.message_id(ADA, "example.org") and again.endswith("@example.org>")


# --- errands ---------------------------------------------------------------------------------------------

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
until = st.datetimes(datetime(2026, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@given(letter=st.integers(0, 2**63 - 1), errand=st.sampled_from(Errand), end=until)
def test_an_errand_is_read_until_its_end(letter: int, errand: Errand, end: datetime) -> None:
    """Up to the last second, and not in the one it ends with; the end counts in whole seconds."""
    token = SIGNER.sign_errand(errand, letter, until=end)
    last = end.replace(microsecond=0)
    assert SIGNER.read_errand(errand, token, now=last - timedelta(seconds=1)) == letter
    with pytest.raises(TokenError, match="too old") as raised:
        SIGNER.read_errand(errand, token, now=last)
    assert raised.value.expired


@pytest.mark.parametrize("errand", Errand)
def test_one_errand_each(errand: Errand) -> None:
    """Refused for every other errand, and for whatever a link in an issue is for; and the other way round."""
    token = SIGNER.sign_errand(errand, 3, until=NOON)
    for other in set(Errand) - {errand}:
        with pytest.raises(TokenError, match="another purpose"):
            SIGNER.read_errand(other, token, now=NOON - timedelta(1))
    for purpose in Purpose:
        with pytest.raises(TokenError, match="another purpose"):
            SIGNER.read(purpose, token)
        with pytest.raises(TokenError, match="another purpose"):
            SIGNER.read_errand(errand, SIGNER.sign(purpose, ADA), now=NOON - timedelta(1))


def test_an_errand_is_opaque_short_and_rotates() -> None:
    """Under 70 characters, unlike its neighbours, and read under a new secret put before the old one."""
    token, next_letter, next_second = (
        SIGNER.sign_errand(Errand.ERASE, letter, until=NOON + timedelta(seconds=late))
        for letter, late in ((3, 0), (4, 0), (3, 1))
    )
    assert len(token) == 38
    for other in (next_letter, next_second):
        assert sum(left == right for left, right in zip(token, other, strict=True)) < 12
    rotated = Signer([b"the new secret", b"a secret of the operator"])
    assert rotated.read_errand(Errand.ERASE, token, now=NOON - timedelta(1)) == 3


def test_what_is_concealed_is_known_again_and_by_nobody_else() -> None:
    """The same text, the same hash, also after a new secret; another operator's is another; nothing of it shows."""
    hidden = SIGNER.conceal("ada@example.org")
    assert hidden == Signer([b"the new secret", b"a secret of the operator"]).conceal("ada@example.org")
    assert hidden != Signer([b"the new secret"]).conceal("ada@example.org") and "ada" not in hidden
    assert hidden != SIGNER.conceal("bob@example.org") and len(hidden) == 40


def test_a_letter_s_message_id_is_its_own() -> None:
    """The same at every attempt, and never an issue's."""
    ids = {SIGNER.letter_message_id(number, "example.org") for number in range(50)}
    assert len(ids) == 50 and SIGNER.letter_message_id(3, "example.org") in ids
    assert SIGNER.message_id(ADA, "example.org") not in ids
