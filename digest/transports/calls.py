"""One call to a provider over HTTP, and what its end means for the messages in it.

    never connected, 401-404, 3xx  -> TransportError: nothing left
    408, 429, 503                  -> refused for now: safe to try again
    a lost reply, any other 5xx    -> doubtful: it may have been taken
    all else                       -> an answer, for the provider's own module to read

Nothing is tried twice here: the ledger decides about that.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from digest import refusals
from digest.errors import TransportError
from digest.models import Message, Outcome, Receipt
from digest.transports.wire import one_line

#: Seconds: to connect; to wait for any part of an answer. An answer that is not waited for makes a doubt.
CONNECT_TIMEOUT = 30.0
READ_TIMEOUT = 120.0

_NOT_NOW = frozenset({408, 429, 503})
_NOT_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
#: What an operator must mend, in words that say where to look.
_OPERATORS = {
    401: "it does not know us: check transport.token",
    402: "the account may not send: see to its plan or credit",
    403: "it does not let us: check transport.token, and that the From address belongs to the account",
    404: "there is no such place: check transport.url and transport.domain",
    405: "there is no such place: check transport.url",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a provider said."""

    status: int
    #: The JSON it sent; None where it sent none.
    body: Any
    #: The same as words, in one line.
    words: str
    headers: Mapping[str, str]

    @property
    def is_yes(self) -> bool:
        """Whether it took the call. What it says of each message may still be no."""
        return 200 <= self.status < 300

    def get(self, key: str) -> Any:
        """A value of the JSON object it sent; None when there is none, or no object."""
        return self.body.get(key) if isinstance(self.body, dict) else None

    def objects(self, key: str = "", *, having: Collection[str] = ()) -> list[dict[str, Any]]:
        """The objects of the list it sent, or of the one under this key; each has these fields.

        Raises:
            TransportError: it sent something else.
        """
        found = self.get(key) if key else self.body
        if not isinstance(found, list) or not all(isinstance(one, dict) and {*having} <= one.keys() for one in found):
            raise TransportError(f"an answer nobody can read: {self.words}")
        return found

    def receipt(self, outcome: Outcome) -> Receipt:
        """The same as an answer about a message."""
        return Receipt(outcome=outcome, detail=one_line(f"{self.status} {self.words}"))

    def refusal(self) -> Receipt:
        """The same as a refusal for good, by whom it is about."""
        return refusals.refused(one_line(f"{self.status} {self.words}"), words=self.words)

    def unreadable(self) -> Receipt:
        """For a yes that does not say what became of a message."""
        return Receipt(outcome=Outcome.DOUBTFUL, detail=one_line(f"an answer nobody can read: {self.words}"))


class Calls:
    """A line to one provider, used again for every call.

    Args:
        name: the provider, as people call it.
        url: where its interface is, without a slash at the end.
        headers: sent with every call; they may hold a secret.
        auth: user name and password, where it wants them.
        read_timeout: seconds.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        read_timeout: float = READ_TIMEOUT,
    ) -> None:
        self.name = name
        self._url = url
        self._client = httpx.Client(
            headers={"User-Agent": "digest-newsletter", "Accept": "application/json", **(headers or {})},
            auth=auth,
            timeout=httpx.Timeout(read_timeout, connect=CONNECT_TIMEOUT),
            follow_redirects=False,
        )

    def post(self, path: str, **request: Any) -> Answer | Receipt:
        """Make a call that sends. A Receipt when its end says the same of every message in it.

        Args:
            path: behind the url.
            request: as `httpx.Client.post` takes it.

        Raises:
            TransportError: nothing was sent; permanent when an operator must mend it.
        """
        try:
            response = self._client.post(self._url + path, **request)
        except _NOT_CONNECTED as error:
            raise self._unreachable(error) from error
        except httpx.RequestError as error:
            detail = f"{self.name}: the answer was lost ({type(error).__name__}): {one_line(str(error))}"
            return Receipt(outcome=Outcome.DOUBTFUL, detail=detail)
        answer = _answer(response)
        if answer.status in _NOT_NOW:
            return answer.receipt(Outcome.DEFERRED)
        if answer.status >= 500:
            return answer.receipt(Outcome.DOUBTFUL)
        self._raise_for_operator(answer)
        return answer

    def get(self, path: str, **request: Any) -> Answer:
        """Ask for something. Raises TransportError unless it is given."""
        try:
            answer = _answer(self._client.get(self._url + path, **request))
        except httpx.RequestError as error:
            raise self._unreachable(error) from error
        self._raise_for_operator(answer)
        if not answer.is_yes:
            raise TransportError(f"{self.name}: {answer.status} {answer.words}", permanent=answer.status < 500)
        return answer

    def close(self) -> None:
        """Let go of the line."""
        self._client.close()

    def _raise_for_operator(self, answer: Answer) -> None:
        advice = "it sends us elsewhere: check transport.url" if 300 <= answer.status < 400 else None
        advice = _OPERATORS.get(answer.status, advice)
        if advice is not None:
            raise TransportError(f"{self.name}: {advice} ({answer.status} {answer.words})", permanent=True)

    def _unreachable(self, error: httpx.RequestError) -> TransportError:
        words = one_line(str(error)) or type(error).__name__
        permanent = isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError)
        return TransportError(
            f"{self.name}: no connection to {self._url}: {words}",
            permanent=permanent or "CERTIFICATE_VERIFY_FAILED" in words,
        )


def _answer(response: httpx.Response) -> Answer:
    try:
        body = json.loads(response.content)
    except ValueError:  # UnicodeDecodeError is one, too
        body = None
    return Answer(status=response.status_code, body=body, words=one_line(response.text), headers=dict(response.headers))


def once_key(*messages: Message) -> uuid.UUID:
    """What names this sending of these messages for ever: the same Message-IDs with the same bytes, the same key.

    The bytes count, too: what was not sent before must not be taken for what was.
    """
    digest = hashlib.blake2b(digest_size=16, person=b"once-key")
    for message in messages:
        for part in (message.id.encode(), message.recipient.encode(), message.data):
            digest.update(len(part).to_bytes(8, "big") + part)
    return uuid.UUID(bytes=digest.digest(), version=4)
