"""Subscribers in and out of YAML and CSV files. A bad row is reported and left out; the good ones go in.

What is reported never shows an address: reports reach logs. File and line say which row is meant.
"""

from __future__ import annotations

from digest.subscribers.addresses import check_address, check_own_address
from digest.subscribers.csv_file import COLUMNS, guarded, read_subscribers_csv, write_subscribers_csv
from digest.subscribers.fields import LANGUAGE, LONGEST_NAME
from digest.subscribers.files import read_subscribers
from digest.subscribers.reading import read_subscriber
from digest.subscribers.rows import KEYS, LocatedSubscriber, Read, as_row
from digest.subscribers.wishes import check_wishes
from digest.subscribers.yaml_file import read_subscribers_yaml, write_subscribers_yaml
from digest.subscribers.zones import check_timezone

__all__ = [
    "COLUMNS",
    "KEYS",
    "LANGUAGE",
    "LONGEST_NAME",
    "LocatedSubscriber",
    "Read",
    "as_row",
    "check_address",
    "check_own_address",
    "check_timezone",
    "check_wishes",
    "guarded",
    "read_subscriber",
    "read_subscribers",
    "read_subscribers_csv",
    "read_subscribers_yaml",
    "write_subscribers_csv",
    "write_subscribers_yaml",
]
