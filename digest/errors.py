"""Every error of ours, one tree:

    DigestError
      ConfigError          a setting is wrong
      InputError           a file or row from outside is wrong
      SourceError          a source cannot be read now, or ever
      StateError           the thing asked for does not fit the state of the issue
        NothingToDo        there is nothing to do
        EditedMeanwhile    somebody else changed the issue first
      StoreError           the database cannot be used
      TemplateError        a template or its inlined page is broken
      TransportError       a transport cannot carry anything at the moment
        LimitError         it has carried as many mails as it may for now
      TokenError           a link was not signed by us, is for another purpose, or is over
      TooManyError         somebody tried something too often
      FeedbackError        what came as feedback is forged, or cannot be read

Each says what happened, where, and what to do next; `str(error)` is fit for a person to read.
"""

from __future__ import annotations

from datetime import datetime


class DigestError(Exception):
    """Something a person can put right; the message says how."""

    exit_code = 1


class ConfigError(DigestError):
    """A setting is wrong."""

    exit_code = 2


class InputError(DigestError):
    """A file, row or text from outside is wrong; `place` says where.

    Attributes:
        place: the file, with its line where known, e.g. `subscribers.yaml:12`.
        about: which of several things that were given is wrong, e.g. `reason`; empty where it is not known.
    """

    def __init__(self, message: str, *, place: str = "", about: str = "") -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place
        self.about = about


class SourceError(DigestError):
    """A source cannot be read.

    Attributes:
        permanent: True when asking again soon cannot help (404 says so; a time-out does not).
        gone: True when it should never be asked again (410, RFC 9110 15.5.11).
        retry_after: seconds the server asked us to wait; None when it did not say.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, gone: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent or gone
        self.gone = gone
        self.retry_after = retry_after


class StateError(DigestError):
    """The thing asked for does not fit the state the issue is in."""


class NothingToDo(StateError):  # noqa: N818 - reads as what it is: not a fault
    """There is nothing to do."""

    exit_code = 3


class EditedMeanwhile(StateError):  # noqa: N818 - reads as what it is
    """Somebody else changed the issue since it was looked at; the message says who and what. Nothing was changed.

    Attributes:
        version: the number of the last act by now.
    """

    def __init__(self, message: str, *, version: int) -> None:
        super().__init__(message)
        self.version = version


class StoreError(DigestError):
    """The database cannot be used."""


class TemplateError(DigestError):
    """A template or the page made from it is broken."""


class TransportError(DigestError):
    """A transport cannot carry anything at the moment; no message was handed over by the failing call.

    Attributes:
        permanent: True when only an operator can mend it (wrong password, missing folder).
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class LimitError(TransportError):
    """A transport has carried as many mails as it may for now: it is well, and this one waits.

    Attributes:
        until: when there is room for one more, aware and in UTC.
        seconds: how long that is from now.
        is_for_all: False when it is the limit of one group of mailboxes, and others may be written to.
    """

    def __init__(self, message: str, *, until: datetime, seconds: float, is_for_all: bool) -> None:
        super().__init__(message)
        self.until = until
        self.seconds = seconds
        self.is_for_all = is_for_all


class TokenError(DigestError):
    """A link was not signed by us, was changed, serves another purpose, or its time is over.

    Attributes:
        expired: True when it was ours and is too old.
        used: True when it did already what it was for.
        gone: True when it was ours, and whom it is about is not with us any more.
    """

    def __init__(self, message: str, *, expired: bool = False, used: bool = False, gone: bool = False) -> None:
        super().__init__(message)
        self.expired = expired
        self.used = used
        self.gone = gone


class TooManyError(DigestError):
    """Somebody tried something too often; the message says when it may be tried again.

    Attributes:
        seconds: how long to wait.
    """

    def __init__(self, message: str, *, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class FeedbackError(DigestError):
    """What came as feedback is not from whom it says, or cannot be read; nothing of it was taken in.

    Attributes:
        forged: True when it was not shown to be authentic.
    """

    def __init__(self, message: str, *, forged: bool = False) -> None:
        super().__init__(message)
        self.forged = forged
