"""The sections of the providers that carry mails over HTTP, each with its keys and their defaults.

Of every provider `token` is what it knows us by, `url` its interface (another for other regions and streams), and what
begins with `webhook_` shows that feedback is really from it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from digest.config.sections import TransportSection
from digest.config.values import ApiUrl, Domain, Line
from digest.transports import brevo, mailgun, mailtrap, postmark, resend, sendgrid

_Batch = Annotated[int, Field(ge=1, le=500)]


def _token(given: SecretStr) -> SecretStr:
    text = given.get_secret_value()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("write it as the provider shows it: ASCII letters and digits, without spaces")
    return given


Token = Annotated[SecretStr, AfterValidator(_token)]


class PostmarkSettings(TransportSection):
    """Mails through Postmark."""

    KIND = "postmark"

    kind: Literal["postmark"]
    token: Token
    url: ApiUrl = postmark.API
    stream: Line = "broadcast"
    window: _Batch = 100
    webhook_username: Line = "digest"
    webhook_password: SecretStr | None = None


class SendgridSettings(TransportSection):
    """Mails through SendGrid."""

    KIND = "sendgrid"

    kind: Literal["sendgrid"]
    token: Token
    url: ApiUrl = sendgrid.API
    webhook_key: SecretStr | None = None


class MailgunSettings(TransportSection):
    """Mails through Mailgun."""

    KIND = "mailgun"

    kind: Literal["mailgun"]
    token: Token
    url: ApiUrl = mailgun.API
    domain: Domain
    webhook_key: SecretStr | None = None


class ResendSettings(TransportSection):
    """Mails through Resend."""

    KIND = "resend"

    kind: Literal["resend"]
    token: Token
    url: ApiUrl = resend.API
    batch: Annotated[int, Field(ge=1, le=100)] = 1
    webhook_key: SecretStr | None = None

    @property
    def usual_rate(self) -> float:
        """Two calls a second are free to everybody."""
        return 2.0 * self.batch


class BrevoSettings(TransportSection):
    """Mails through Brevo."""

    KIND = "brevo"

    kind: Literal["brevo"]
    token: Token
    url: ApiUrl = brevo.API
    webhook_username: Line = "digest"
    webhook_password: SecretStr | None = None


class MailtrapSettings(TransportSection):
    """Mails through Mailtrap."""

    KIND = "mailtrap"

    kind: Literal["mailtrap"]
    token: Token
    url: ApiUrl = mailtrap.API
    window: _Batch = 100
    webhook_key: SecretStr | None = None


class SesSettings(TransportSection):
    """Mails through Amazon SES."""

    KIND = "ses"

    kind: Literal["ses"]
    region: Line
    configuration_set: Line | None = None
    #: None: the region's own.
    url: ApiUrl | None = None
    #: The topic of SNS that feedback comes from.
    topic_arn: Line | None = None

    @property
    def usual_rate(self) -> float:
        """What an account outside the sandbox begins with."""
        return 14.0
