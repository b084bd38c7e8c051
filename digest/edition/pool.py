"""An issue's pool: its items rendered and inlined once, cut into the fragments any reader's mail is joined from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from digest.edition.chart import Chart, chart_of
from digest.edition.layout import (
    ALSO_NEW,
    BACKGROUND,
    CORRECTIONS,
    ISSUE_HOLES,
    REQUIRED_HOLES,
    SHORTENED,
    Filling,
    correction_key,
    item_key,
    note_key,
    why_key,
)
from digest.edition.page import Catalogue, Paper, WholePage
from digest.edition.paper import make_papers, render_page
from digest.edition.templates import Templates, look
from digest.edition.view import view
from digest.edition.wording import host_of, safe_url, shortened
from digest.errors import StoreError
from digest.models import (
    OTHER_TOPIC,
    UNSHAPED,
    Cadence,
    Erratum,
    Evidence,
    IssueItem,
    Length,
    Newsletter,
    Shape,
    Topic,
    TopicTree,
    Window,
)
from digest.parts import paragraphs

#: Raised whenever a stored pool could no longer be read as it was meant.
_VERSION = 1
#: How many frozen pools are kept as they were read: pages show the same one again and again.
_LOADED = 4
_PERIODS = {Cadence.WEEKLY: "week", Cadence.MONTHLY: "month", Cadence.QUARTERLY: "quarter"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """Everything of an issue that does not depend on the reader: frozen with it, it makes the same mails for ever."""

    label: str
    title: str
    #: None for a letter, which belongs to no issue.
    cadence: Cadence | None
    #: The newsletter's name, and whom its mails come from.
    newsletter: str
    sender_name: str
    address: str
    #: Without angle brackets; empty for a letter that is not of the list, such as a link to sign in.
    list_id: str
    #: By summary id.
    headlines: Mapping[int, str]
    html: Paper
    text: Paper
    #: The editors' own, by topic or `EVERYBODY`.
    subjects: Mapping[str, str] = field(default_factory=dict)
    preheaders: Mapping[str, str] = field(default_factory=dict)
    #: A hash (hex) over the items' order, pins and topics: with the pieces it stands for all that was approved.
    arrangement: str = ""

    def dumps(self) -> bytes:
        """The pool as bytes (JSON); the same pool gives the same bytes."""
        plain = {"version": _VERSION, **asdict(self)}
        return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def loads(cls, data: bytes) -> Pool:
        """The pool those bytes were made from. Raises StoreError when they are none of ours."""
        return _loaded(data)


@lru_cache(maxsize=_LOADED)
def _loaded(data: bytes) -> Pool:
    try:
        plain: dict[str, Any] = json.loads(data)
        if plain.pop("version") != _VERSION:
            raise StoreError("this issue was frozen by another version of Digest; send it with that version")
        plain["cadence"] = None if plain["cadence"] is None else Cadence(plain["cadence"])
        plain["headlines"] = {int(key): headline for key, headline in plain["headlines"].items()}
        for form in ("html", "text"):
            plain[form] = _paper(plain[form])
        return Pool(**plain)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"the frozen pool of the issue cannot be read: {error}") from error


def _paper(plain: Mapping[str, Any]) -> Paper:
    pieces = {key: tuple(fragment) for key, fragment in plain["pieces"].items()}
    return Paper(page=tuple(plain["page"]), pieces=pieces)


def render_pool(
    items: Sequence[IssueItem],
    *,
    window: Window,
    newsletter: Newsletter,
    tree: TopicTree,
    templates: Templates,
    whole: Sequence[IssueItem] | None = None,
    shape: Shape = UNSHAPED,
    errata: Sequence[Erratum] = (),
) -> Pool:
    """Render and inline every item of the issue once, at every length.

    Args:
        items: the issue's pool as its editors want it; their order does not matter to the pieces.
        whole: the issue's pool where `items` are a part of it, for what a mail says about all of it.
        window: what the issue covers.
        newsletter: who sends it.
        tree: the topics, for the labels of sections.
        templates: `issue.html`, `issue.txt` and what they use.
        shape: the editors' notes, subjects and preheaders.
        errata: the corrections some reader may be owed.

    Raises:
        TemplateError: a template is broken, would lose its styles or holes by being inlined, or has no room for notes
            or corrections although there are some.
    """
    catalogue = _catalogue(items, window, tree, _closing_day(window, newsletter), shape, errata)
    chart = chart_of(items if whole is None else whole, tree)
    seed = repr((items, window, newsletter, tree, shape.notes, errata, chart))
    context = _context(window, newsletter, chart)
    html, text = make_papers(
        templates,
        "issue",
        context,
        catalogue=catalogue,
        seed=seed,
        holes=ISSUE_HOLES,
        counted={key for slot in ("opening", "waiting") for key in catalogue[slot] if key.endswith(("/one", "/many"))},
        required=REQUIRED_HOLES | ({"notes"} if shape.notes else set()) | ({CORRECTIONS} if errata else set()),
    )
    return Pool(
        label=window.label,
        title=window.title,
        cadence=window.cadence,
        newsletter=newsletter.name,
        sender_name=newsletter.sender_name,
        address=newsletter.address,
        list_id=newsletter.list_id or newsletter.address.replace("@", "."),
        headlines={item.summary.id: shortened(item.summary.entry.headline, 300) for item in items},
        html=html,
        text=text,
        subjects=dict(shape.subjects),
        preheaders=dict(shape.preheaders),
        arrangement=_arrangement(items if whole is None else whole),
    )


def _arrangement(items: Sequence[IssueItem]) -> str:
    said = [
        [
            one.summary.id,
            one.summary.revision,
            one.pinned,
            one.placed,
            one.fresh,
            *(match.topic_id for match in one.about),
        ]
        for one in items
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def render_whole(
    items: Sequence[IssueItem],
    *,
    fillings: Mapping[str, Filling],
    window: Window,
    newsletter: Newsletter,
    tree: TopicTree,
    templates: Templates,
    shape: Shape = UNSHAPED,
    errata: Sequence[Erratum] = (),
) -> tuple[str, str]:
    """One reader's HTML (to be inlined) and text from scratch: the slow way, by which the fast one is judged.

    `fillings` is the edition's layout, with the reader's own values in the holes that it leaves open.
    """
    catalogue = _catalogue(items, window, tree, _closing_day(window, newsletter), shape, errata)
    context = _context(window, newsletter, chart_of(items, tree))

    def rendered(form: str) -> str:
        return render_page(templates, "issue", form, WholePage(fillings=fillings, catalogue=catalogue), context)

    return rendered(".html"), rendered(".txt")


def _context(window: Window, newsletter: Newsletter, chart: Chart | None) -> Mapping[str, Any]:
    return {**look(newsletter), "window": window, "period": _PERIODS[window.cadence], "chart": chart}


def _closing_day(window: Window, newsletter: Newsletter) -> date:
    return window.until.astimezone(ZoneInfo(newsletter.timezone)).date()


def _catalogue(
    items: Sequence[IssueItem],
    window: Window,
    tree: TopicTree,
    until: date,
    shape: Shape,
    errata: Sequence[Erratum],
) -> Catalogue:
    """Every piece any edition of this issue may need, by the slot it may stand in."""
    labels = _labels(tree, window)
    counts = ("one", "many")
    opening = [f"{whom}/{count}" for whom in ("personal", "general") for count in counts]
    opening += ["background", "corrections", "quiet"]
    placed = dict(_item_pieces(items, tree, until))
    sections: dict[str, tuple[str, tuple[Any, ...]]] = {
        f"section/{name}": ("section", (name, label, name in tree.by_id)) for name, label in labels.items()
    }
    also: dict[str, tuple[str, tuple[Any, ...]]] = {"also": ("also", ()), SHORTENED: ("shortened", ())}
    return {
        "greeting": {"greeting": ("greeting", ())},
        "test": {f"test/{form}": ("test", (form,)) for form in ("personal", "general")},
        "test-topics": {
            "test/between": ("test_between", ()),
            **{f"test/topic/{name}": ("test_topic", (label,)) for name, label in labels.items()},
        },
        "notes": {note_key(topic): ("note", (paragraphs(text),)) for topic, text in shape.notes.items()},
        "opening": {f"opening/{form}": ("opening", (form,)) for form in opening},
        "contents": {"contents": ("contents", ())},
        "contents-links": {
            "contents/between": ("contents_between", ()),
            **{f"contents/link/{name}": ("contents_link", (name, label)) for name, label in labels.items()},
        },
        "research": {**sections, **placed, **also},
        "background": {**sections, **placed, **also},
        "also-topics": {
            "also/between": ("also_between", ()),
            **{f"also/topic/{name}": ("also_topic", (label,)) for name, label in labels.items()},
        },
        "also-new": {
            **sections,
            **{f"headline/{item.summary.id}": ("headline", (view(item, Length.BRIEF, until=until),)) for item in items},
        },
        CORRECTIONS: {
            **sections,
            **{correction_key(one.id): ("correction", (_printable_erratum(one),)) for one in errata},
        },
        "waiting": {f"waiting/{count}": ("waiting", (count,)) for count in counts},
    }


def _printable_erratum(one: Erratum) -> Mapping[str, Any]:
    url = safe_url(one.url)
    headline = shortened(one.headline, 300)
    return {**asdict(one), "headline": headline, "url": url, "host": host_of(url) if url else ""}


def _labels(tree: TopicTree, window: Window) -> dict[str, str]:
    topics = {topic.id: topic.label for topic in tree.topics}
    return {
        **topics,
        OTHER_TOPIC: "More research",
        BACKGROUND: "Background",
        CORRECTIONS: "Corrections to what you got before",
        ALSO_NEW: f"Also new this {_PERIODS[window.cadence]}",
    }


def _item_pieces(
    items: Sequence[IssueItem], tree: TopicTree, until: date
) -> Iterator[tuple[str, tuple[str, tuple[Any, ...]]]]:
    for item in items:
        for length in Length:
            yield item_key(item.summary.id, length), ("item", (view(item, length, until=until),))
        for topic, words in _reasons(item, tree).items():
            for general in (False, True):
                key = why_key(item.summary.id, topic.id, general=general)
                yield key, ("why", (topic.label, words, general, item.summary.id))
        for general in (False, True):
            key = why_key(item.summary.id, OTHER_TOPIC, general=general)
            yield key, ("why_other", (item.pinned,))


def _reasons(item: IssueItem, tree: TopicTree) -> Mapping[Topic, tuple[str, ...]]:
    """For every topic the item may stand under, its own or a parent's, the words that put it there."""
    reasons: dict[str, tuple[Evidence, ...]] = {}
    for match in item.about:
        for topic_id in tree.lineage(match.topic_id):
            reasons[topic_id] = (*reasons.get(topic_id, ()), *match.evidence)
    return {tree.by_id[topic_id]: _words(evidence) for topic_id, evidence in reasons.items()}


def _words(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """The first three different words, in any case."""
    different = {one.words.casefold(): one.words for one in reversed(evidence)}
    ordered = dict.fromkeys(one.words.casefold() for one in evidence)
    return tuple(different[key] for key in ordered)[:3]
