"""Digest: newly added plain-language research summaries in, one right email per reader out."""

__version__ = "0.1.0"
