"""Settings: one schema, read from defaults, a file, the environment and flags; and the secret key beside them."""

from __future__ import annotations

from digest.config.keys import Key, known_keys
from digest.config.loading import DEFAULT_FILE, OTHER_VARIABLES, load_settings
from digest.config.providers import (
    BrevoSettings,
    MailgunSettings,
    MailtrapSettings,
    PostmarkSettings,
    ResendSettings,
    SendgridSettings,
    SesSettings,
)
from digest.config.schema import Settings, SourceSettings
from digest.config.secret import secret_keys
from digest.config.sections import FeedSettings, FileSettings, FolderSettings, SmtpSettings
from digest.config.values import is_loopback

__all__ = [
    "DEFAULT_FILE",
    "OTHER_VARIABLES",
    "BrevoSettings",
    "FeedSettings",
    "FileSettings",
    "FolderSettings",
    "Key",
    "MailgunSettings",
    "MailtrapSettings",
    "PostmarkSettings",
    "ResendSettings",
    "SendgridSettings",
    "SesSettings",
    "Settings",
    "SmtpSettings",
    "SourceSettings",
    "is_loopback",
    "known_keys",
    "load_settings",
    "secret_keys",
]
