"""The one place that names concrete classes and reads the clock: `make_digest(settings) -> Digest`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

from digest.checks import Reach, Verdict
from digest.config import FeedSettings, FileSettings, Settings, SmtpSettings, SourceSettings, secret_keys
from digest.dkim import DkimKey
from digest.edition import Templates, bundled_directory
from digest.errors import ConfigError
from digest.located import read_yaml
from digest.message import header_address
from digest.models import TopicTree
from digest.newsroom import Digest
from digest.sources.base import Source
from digest.sources.feed import FeedSource
from digest.sources.fetch import Fetcher
from digest.sources.folder import FolderSource
from digest.sources.headings import Headings
from digest.sources.reach import unreached
from digest.spamassassin import judge
from digest.store.base import Store
from digest.store.store import open_store
from digest.tokens import Signer
from digest.topics import Tagger, parse_topics
from digest.transports import smtp
from digest.transports.base import Transport
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
        make_transport=make_transport or (lambda: make_transport_of(settings)),
        store=store or open_store(settings.database),
    )


def read_dkim_keys(settings: Settings) -> tuple[DkimKey, ...]:
    """The keys that sign the mails, read and checked. ConfigError names the file that is wrong."""
    domain = header_address(settings.newsletter.sender.address).rpartition("@")[2]
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
    located = read_yaml(text, name=str(source))
    return parse_topics(located.value, name=str(source), line=located.line)


def make_source(settings: SourceSettings, tree: TopicTree, whole: Settings) -> Source:
    """The source these settings describe."""
    language = settings.language or whole.newsletter.language
    vocabulary = tuple(phrase for topic in tree.topics for phrase in (*topic.terms, *topic.acronyms))
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


def make_transport_of(settings: Settings) -> Transport:
    """The transport these settings describe."""
    given = settings.transport
    if isinstance(given, FileSettings):
        return FileTransport(given.path)
    return smtp.SmtpTransport(_smtp(given))


def _smtp(given: SmtpSettings) -> smtp.SmtpSettings:
    return smtp.SmtpSettings(
        host=given.host,
        port=given.port,
        security=smtp.Security(given.security),
        username=given.username or "",
        password=given.password.get_secret_value() if given.password else "",
        connections=given.connections,
        messages_per_connection=given.messages_per_connection,
        window=given.window,
    )
