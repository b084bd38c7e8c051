"""The tree of topics, and what a summary is about.

tree = parse_topics(value, line=line, name="topics.yaml")
Tagger(tree).tag(entry)  # -> (Match(topic_id="anti-cd20", score=7.0, evidence=(...)), ...)
"""

from digest.topics.tagger import Finding, Refusal, Tagger, entry_of
from digest.topics.tree import parse_topics

__all__ = ["Finding", "Refusal", "Tagger", "entry_of", "parse_topics"]
