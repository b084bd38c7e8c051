"""How much there is of everything, in the words of Prometheus: counts only, nothing of any one reader.

Facts: prometheus.io, "Exposition formats" and "Metric and label naming".
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric

from digest import __version__
from digest.models import IssueStatus
from digest.newsroom import Digest

#: Issues whose deliveries are counted, the latest first.
ISSUES = 6
#: How long (seconds) counts are told again before the database is asked anew, however often somebody asks.
KEPT = 10.0


class Counts:
    """Counts everything each time it is asked; a collector of prometheus-client."""

    def __init__(self, digest: Digest) -> None:
        self._digest = digest

    def describe(self) -> Iterator[Metric]:
        """Nothing: no other collector could have the same names, and the database is not asked before it must be."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """The families, each with its samples. StoreError when the database does not answer."""
        store = self._digest.store
        yield _family("build_info", "The version that runs; always 1.", "version", {__version__: 1})
        yield _family("subscribers", "Readers by status.", "status", store.count_subscribers())
        yield _family("suppressions", "Addresses that may not be mailed.", "", {"": store.count_suppressions()})
        yield _family("letters_waiting", "Letters that have not left yet.", "", {"": store.letters_waiting()})
        yield _family("summaries", "Summaries, revisions not counted.", "", {"": store.count_summaries()})
        yield _family("feedback", "Pieces of feedback by kind.", "kind", store.count_feedback())
        yield from self._sources()
        yield from self._issues()

    def _sources(self) -> Iterator[Metric]:
        states = {state.name: state for state in self._digest.store.source_states()}
        known = [states.get(source.name) for source in self._digest.sources]
        troubled = sum(state is not None and bool(state.trouble or state.retired) for state in known)
        yield _family("sources", "Configured sources.", "", {"": len(known)})
        yield _family("sources_in_trouble", "Those that cannot be read at present.", "", {"": troubled})

    def _issues(self) -> Iterator[Metric]:
        issues = self._digest.store.issues()
        by_status = Counter(issue.status for issue in issues)
        counts = {status.value: by_status[status] for status in IssueStatus}
        yield _family("issues", "Issues by status.", "status", counts)
        yield _family("issues_held", "Issues whose sending is paused.", "", {"": sum(one.held for one in issues)})
        family = GaugeMetricFamily("digest_deliveries", "Deliveries of recent issues.", labels=["issue", "state"])
        sent = [issue for issue in issues if issue.status is not IssueStatus.DRAFT]
        for issue in sent[:ISSUES]:
            for state, number in self._digest.store.progress(issue.id).items():
                family.add_metric([issue.window.label, state.value], number)
        yield family


class Metrics:
    """The text that Prometheus reads, made anew when it is older than `kept` seconds."""

    content_type = "text/plain; version=0.0.4; charset=utf-8"

    def __init__(self, digest: Digest, *, kept: float = KEPT) -> None:
        # A registry of its own: what the process itself uses is told by who runs it.
        self._registry = CollectorRegistry()
        self._registry.register(Counts(digest))
        self._kept = kept
        self._lock = threading.Lock()
        self._text = b""
        self._made: float | None = None

    def text(self) -> bytes:
        """All counts. StoreError when the database does not answer."""
        with self._lock:
            if self._made is None or time.monotonic() - self._made >= self._kept:
                self._text = generate_latest(self._registry)
                self._made = time.monotonic()
            return self._text


def _family(name: str, told: str, label: str, counts: Mapping[Any, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"digest_{name}", told, labels=[label] if label else [])
    for value, number in counts.items():
        family.add_metric([str(value)] if label else [], number)
    return family
