"""The one place that names concrete classes and reads the clock: `make_digest(settings) -> Digest`."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from digest.checks import Reach, Verdict
from digest.config import FeedSettings, Settings, SmtpSettings, SourceSettings, secret_keys
from digest.dkim import DkimKey
from digest.edition import Templates, bundled_directory
from digest.errors import ConfigError
from digest.international import with_ascii_domain
from digest.located import read_yaml
from digest.models import TopicTree
from digest.names import DnsNames, Names
from digest.newsroom import Digest, ReadWebhook
from digest.sources.base import Source
from digest.sources.feed import FeedSource
from digest.sources.fetch import Fetcher
from digest.sources.folder import FolderSource
from digest.sources.headings import Headings
from digest.sources.keywords import keywords
from digest.sources.reach import unreached
from digest.spamassassin import judge
from digest.store.base import Store
from digest.store.store import open_store
from digest.tokens import Signer
from digest.topics import Tagger, parse_topics
from digest.transports import brevo, mailbox, mailgun, mailtrap, postmark, resend, sendgrid, smtp
from digest.transports.base import Carrier, Mailbox, Transport
from digest.transports.file import FileTransport


class Clock:
    """The time, in UTC: the machine's, or as if it had been another instant when the clock was made."""

    def __init__(self, rehearsed: datetime | None = None) -> None:
        self._offset = rehearsed - datetime.now(UTC) if rehearsed else timedelta()

    def __call__(self) -> datetime:
        """The instant, aware."""
        return datetime.now(UTC) + self._offset


def make_digest(
    settings: Settings,
    *,
    now: datetime | None = None,
    store: Store | None = None,
    sources: Sequence[Source] | None = None,
    make_transport: Callable[[], Transport] | None = None,
    reach: Reach | None = None,
    judge_spam: Callable[[bytes], Verdict] = judge,
    names: Names | None = None,
) -> Digest:
    """The newsletter these settings describe, ready for use.

    Args:
        settings: what the operator decided.
        now: an instant to rehearse, aware; None for the machine's time.
        store: a stand-in for the configured database.
        sources: stand-ins for the configured ones.
        make_transport: makes a stand-in for the configured one.
        reach: follows links in the place of the network.
        judge_spam: scores mails in the place of SpamAssassin.
        names: answers in the place of the domain name system.

    Raises:
        ConfigError: a file the settings name is wrong, or there is no secret to sign links with.
        StoreError: the database cannot be used.
    """
    tree = read_topics(settings.topics)
    signer = Signer(secret_keys(settings))
    keys = read_dkim_keys(settings)
    own = [settings.templates] if settings.templates else []
    clock = Clock(now)
    return Digest(
        settings=settings,
        newsletter=settings.newsletter_noun(),
        calendar=settings.calendar(),
        tree=tree,
        tagger=Tagger(tree),
        sources=sources if sources is not None else [make_source(one, tree, settings) for one in settings.sources],
        templates=Templates([*own, bundled_directory()]),
        signer=signer,
        dkim=keys,
        clock=clock,
        reach=reach or (lambda urls: unreached(urls, now=clock())),
        judge_spam=judge_spam,
        names=names or DnsNames(),
        make_carriers=lambda: make_carriers_of(settings, make_transport),
        make_mailbox=lambda: make_mailbox_of(settings),
        webhooks=make_webhooks_of(settings),
        store=store or open_store(settings.database, conceal=signer.conceal),
    )


def read_dkim_keys(settings: Settings) -> tuple[DkimKey, ...]:
    """The keys that sign the mails, read and checked. ConfigError names the file that is wrong."""
    domain = with_ascii_domain(settings.newsletter.sender.address).rpartition("@")[2]
    keys = []
    for number, given in enumerate(settings.newsletter.dkim):
        try:
            keys.append(DkimKey.load(given.key_file.read_bytes(), domain=domain, selector=given.selector))
        except OSError as error:
            place = f"newsletter.dkim[{number}].key_file"
            raise ConfigError(f"{place}: {given.key_file} cannot be read: {error.strerror}") from None
        except ConfigError as error:
            raise ConfigError(f"newsletter.dkim[{number}]: {given.key_file}: {error}") from None
    return tuple(keys)


def read_topics(path: Path | None) -> TopicTree:
    """The topics of a file; the bundled ones for None. ConfigError or InputError says what is wrong with it."""
    source = path or resources.files("digest") / "data" / "topics.yaml"
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"topics: {source} cannot be read: {error}") from error
    return _topics(text, str(source))


@lru_cache(maxsize=4)
def _topics(text: str, name: str) -> TopicTree:
    located = read_yaml(text, name=name)
    return parse_topics(located.value, name=name, line=located.line)


def known_topics(tree: TopicTree) -> tuple[str, ...]:
    """What is known to be a topic of some article: the phrases of the tree, and what articles print beside them."""
    return (*tree.phrases, *keywords())


def make_source(settings: SourceSettings, tree: TopicTree, whole: Settings) -> Source:
    """The source these settings describe."""
    language = settings.language or whole.newsletter.language
    vocabulary = known_topics(tree)
    headings = Headings(settings.headings)
    if isinstance(settings, FeedSettings):
        return FeedSource(
            name=settings.name,
            feed=settings.feed,
            fetch=Fetcher(allow_private=settings.allow_private),
            follow=settings.follow,
            headings=headings,
            vocabulary=vocabulary,
            language=language,
        )
    return FolderSource(
        name=settings.name,
        folder=settings.folder,
        pattern=settings.pattern,
        headings=headings,
        vocabulary=vocabulary,
        language=language,
    )


def make_carriers_of(settings: Settings, stand_in: Callable[[], Transport] | None = None) -> tuple[Carrier, ...]:
    """The transports these settings describe, in the order they stand in for one another.

    `stand_in` makes what takes the place of the first, and of all. ConfigError when one needs a package that is not
    installed.
    """
    given = settings.transports_in_order()
    if stand_in is not None:
        first = next(iter(given.values()))
        return (Carrier(transport=stand_in(), limits=first.limits_noun(), has_breaker=first.KIND != "file"),)
    own = _own_address(settings)
    return tuple(
        Carrier(
            transport=_TRANSPORTS[one.KIND](one, own),
            name=name,
            limits=one.limits_noun(),
            has_breaker=one.KIND != "file",
        )
        for name, one in given.items()
    )


def _own_address(settings: Settings) -> str:
    """A sender as the mails of readers have it: where bounces go, with a word behind a plus."""
    bounces = settings.newsletter.bounces
    own = bounces.address.replace("@", "+doctor@", 1) if bounces else settings.newsletter.sender.address
    return with_ascii_domain(own)


def make_mailbox_of(settings: Settings) -> Mailbox | None:
    """The mailbox that mails come back to; None when none is configured."""
    bounces = settings.newsletter.bounces
    if bounces is None:
        return None
    if bounces.imap is not None:
        given = bounces.imap
        return mailbox.ImapMailbox(
            mailbox.ImapSettings(
                host=given.host,
                port=given.port,
                username=given.username,
                password=given.password.get_secret_value(),
                folder=given.folder,
                tls=given.tls,
            )
        )
    return mailbox.MaildirMailbox(bounces.maildir) if bounces.maildir is not None else None


def make_webhooks_of(settings: Settings) -> dict[str, ReadWebhook]:
    """What reads the calls of the providers' webhooks, by transport; one without its key is left out."""
    made = {name: _WEBHOOKS.get(one.KIND, _none)(one) for name, one in settings.transports_in_order().items()}
    return {name: read for name, read in made.items() if read}


def _none(_given: Any) -> None:
    return None


def _ses(given: Any, _own: str) -> Transport:
    from digest.transports import ses  # boto3 is slow to load, and most never send by it

    return ses.SesTransport(
        ses.SesSettings(region=given.region, configuration_set=given.configuration_set or "", url=given.url or "")
    )


def _ses_webhook(given: Any) -> ReadWebhook | None:
    from digest.transports import ses

    return given.topic_arn and partial(ses.read_feedback, keys=ses.SesKeys(topic_arn=given.topic_arn))


def _secret(given: SecretStr | None) -> str:
    return given.get_secret_value() if given is not None else ""


#: What makes the transport of each kind; given its settings, and our own address as a mail has it.
_TRANSPORTS: Mapping[str, Callable[[Any, str], Transport]] = {
    "file": lambda given, _: FileTransport(given.path),
    "smtp": lambda given, own: smtp.SmtpTransport(_smtp(given, own)),
    "postmark": lambda given, _: postmark.PostmarkTransport(
        postmark.PostmarkSettings(token=_secret(given.token), url=given.url, stream=given.stream, window=given.window)
    ),
    "sendgrid": lambda given, _: sendgrid.SendgridTransport(
        sendgrid.SendgridSettings(token=_secret(given.token), url=given.url)
    ),
    "mailgun": lambda given, _: mailgun.MailgunTransport(
        mailgun.MailgunSettings(token=_secret(given.token), url=given.url, domain=given.domain)
    ),
    "resend": lambda given, _: resend.ResendTransport(
        resend.ResendSettings(token=_secret(given.token), url=given.url, batch=given.batch)
    ),
    "brevo": lambda given, _: brevo.BrevoTransport(brevo.BrevoSettings(token=_secret(given.token), url=given.url)),
    "mailtrap": lambda given, _: mailtrap.MailtrapTransport(
        mailtrap.MailtrapSettings(token=_secret(given.token), url=given.url, window=given.window)
    ),
    "ses": _ses,
}

#: What makes the reader of each kind's webhook; None without its key, for then nothing shows who calls.
_WEBHOOKS: Mapping[str, Callable[[Any], ReadWebhook | None]] = {
    "postmark": lambda given: (
        given.webhook_password
        and partial(
            postmark.read_feedback,
            keys=postmark.PostmarkKeys(username=given.webhook_username, password=_secret(given.webhook_password)),
        )
    ),
    "sendgrid": lambda given: (
        given.webhook_key
        and partial(sendgrid.read_feedback, keys=sendgrid.SendgridKeys(public_key=_secret(given.webhook_key)))
    ),
    "mailgun": lambda given: (
        given.webhook_key
        and partial(mailgun.read_feedback, keys=mailgun.MailgunKeys(signing_key=_secret(given.webhook_key)))
    ),
    "resend": lambda given: (
        given.webhook_key and partial(resend.read_feedback, keys=resend.ResendKeys(secret=_secret(given.webhook_key)))
    ),
    "brevo": lambda given: (
        given.webhook_password
        and partial(
            brevo.read_feedback,
            keys=brevo.BrevoKeys(username=given.webhook_username, password=_secret(given.webhook_password)),
        )
    ),
    "mailtrap": lambda given: (
        given.webhook_key
        and partial(mailtrap.read_feedback, keys=mailtrap.MailtrapKeys(secret=_secret(given.webhook_key)))
    ),
    "ses": _ses_webhook,
}


def _smtp(given: SmtpSettings, own_address: str) -> smtp.SmtpSettings:
    tls = None
    if given.ca_file is not None:
        tls = ssl.create_default_context()
        try:
            tls.load_verify_locations(given.ca_file)
        except OSError as error:  # ssl.SSLError is one
            raise ConfigError(f"transport.ca_file: {given.ca_file} holds no certificates that can be read") from error
    return smtp.SmtpSettings(
        host=given.host,
        port=given.port,
        security=smtp.Security(given.security),
        username=given.username or "",
        password=given.password.get_secret_value() if given.password else "",
        connections=given.connections,
        messages_per_connection=given.messages_per_connection,
        hello=given.hello or "",
        own_address=own_address,
        tls=tls,
    )
