"""The whole of the settings: the sections put together, and what the rest of the house makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import Discriminator, Field, SecretStr, Tag

from digest.cadence import Calendar
from digest.config.providers import (
    BrevoSettings,
    MailgunSettings,
    MailtrapSettings,
    PostmarkSettings,
    ResendSettings,
    SendgridSettings,
    SesSettings,
)
from digest.config.sections import (
    ChecksSettings,
    DeliverySettings,
    FeedSettings,
    FileSettings,
    FolderSettings,
    NewsletterSettings,
    ReadersSettings,
    Section,
    SelectionSettings,
    SmtpSettings,
    WebSettings,
)
from digest.config.values import DatabaseUrl, FilePath, Minutes, TransportName
from digest.models import Logo, Newsletter


def _tag(given: Any, keys: tuple[str, ...]) -> str | None:
    """Which of the kinds a section is; the brackets keep it apart from the keys in the places of errors."""
    if isinstance(given, Section):
        return f"<{given.KIND}>"
    if not isinstance(given, Mapping):
        return f"<{keys[0]}>"
    return next((f"<{key}>" for key in keys if key in given), None)


def _transport_tag(given: Any) -> str | None:
    return f"<{given.get('kind', 'file')}>" if isinstance(given, Mapping) else _tag(given, ("file",))


def _source_tag(given: Any) -> str | None:
    return _tag(given, ("feed", "folder"))


SourceSettings = FeedSettings | FolderSettings

TransportSettings = (
    FileSettings
    | SmtpSettings
    | PostmarkSettings
    | SendgridSettings
    | MailgunSettings
    | ResendSettings
    | BrevoSettings
    | MailtrapSettings
    | SesSettings
)

_AnySource = Annotated[
    Annotated[FeedSettings, Tag("<feed>")] | Annotated[FolderSettings, Tag("<folder>")], Discriminator(_source_tag)
]

_AnyTransport = Annotated[
    Annotated[FileSettings, Tag("<file>")]
    | Annotated[SmtpSettings, Tag("<smtp>")]
    | Annotated[PostmarkSettings, Tag("<postmark>")]
    | Annotated[SendgridSettings, Tag("<sendgrid>")]
    | Annotated[MailgunSettings, Tag("<mailgun>")]
    | Annotated[ResendSettings, Tag("<resend>")]
    | Annotated[BrevoSettings, Tag("<brevo>")]
    | Annotated[MailtrapSettings, Tag("<mailtrap>")]
    | Annotated[SesSettings, Tag("<ses>")],
    Discriminator(_transport_tag),
]


class Settings(Section):
    """Everything an operator decides. Every path is absolute once loaded."""

    newsletter: NewsletterSettings
    database: DatabaseUrl = Field("sqlite:///digest.db", validate_default=True, repr=False)
    sources: tuple[_AnySource, ...] = ()
    #: None: the bundled topics.
    topics: FilePath | None = None
    #: None: the database alone knows the readers.
    subscribers: FilePath | None = None
    transport: _AnyTransport = Field({"kind": "file"}, validate_default=True)
    #: Several, by names of their own, in the order they stand in for one another; empty: `transport` alone.
    transports: Mapping[TransportName, _AnyTransport] = Field(default_factory=dict)
    selection: SelectionSettings = SelectionSettings()
    delivery: DeliverySettings = DeliverySettings()
    checks: ChecksSettings = ChecksSettings()
    readers: ReadersSettings = ReadersSettings()
    #: True: anybody may read the general edition of every approved issue.
    archive: bool = False
    web: WebSettings = WebSettings()
    collect_every: Minutes = timedelta(minutes=60)
    #: The operator's own templates, which stand before ours file by file; None: ours alone.
    templates: FilePath | None = None
    #: From the environment only.
    secret_key: SecretStr | None = None
    secret_key_file: FilePath = Field(Path(".digest-secret"), validate_default=True)

    def transports_in_order(self) -> Mapping[str, TransportSettings]:
        """What carries the mails, by name; the later ones stand in for the earlier ones."""
        return self.transports or {self.transport.KIND: self.transport}

    def newsletter_noun(self) -> Newsletter:
        """What every mail says about who sends it."""
        given = self.newsletter
        accent: dict[str, Any] = {} if given.accent is None else {"accent": given.accent}
        return Newsletter(
            name=given.name,
            address=given.sender.address,
            sender_name=given.sender.name or given.name,
            postal_address=given.postal_address,
            base_url=given.base_url,
            timezone=given.timezone.key,
            language=given.language,
            list_id=given.list_id,
            logo=Logo(url=given.logo.url, alt=given.logo.alt, width=given.logo.width) if given.logo else None,
            **accent,
        )

    def calendar(self) -> Calendar:
        """When it goes out."""
        given = self.newsletter
        return Calendar(
            timezone=given.timezone, send_on=given.send_on, send_at=given.send_at, weekly_on=given.weekly_on
        )
