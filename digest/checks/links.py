"""Links: fit to be followed by anybody, kept from following the reader, and leading somewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from digest.checks.flaws import Flaw, Rule, Severity
from digest.checks.specimen import Specimen, placed


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreached:
    """Why a link could not be followed."""

    reason: str
    #: True when the server itself says that nothing is there; an outage is no reason to call a link dead.
    dead: bool


#: Follows links: those that could not be followed, by url.
Reach = Callable[[Sequence[str]], Mapping[str, Unreached]]

#: Names that exist for examples only (RFC 2606, RFC 6761).
_EXAMPLE = re.compile(r"(^|\.)(example(\.(com|org|net))?|test|invalid|localhost)$")
#: What a template or an editor left behind.
_PLACEHOLDER = re.compile(r"\{\{|\}\}|%%|\bX{3,}\b|\bTODO\b|\bTBD\b|%7B%7B|\*\|", re.IGNORECASE)
#: Sites that count who follows a link, or show nothing but a pixel.
_TRACKERS = re.compile(
    r"(^|\.)(list-manage\.com|mailchi\.mp|sendgrid\.net|sparkpostmail\.com|mandrillapp\.com|mailgun\.org|hubspotlinks\.com"
    r"|rs6\.net|exct\.net|awstrack\.me|mktomail\.com|emltrk\.com|doubleclick\.net|google-analytics\.com|googletagmanager\.com"
    r"|bit\.ly|t\.co|tinyurl\.com|ow\.ly|buff\.ly|lnkd\.in|trib\.al)$"
)
#: Parameters that tell a site which mail, campaign or reader somebody came from.
_TRACKING = re.compile(
    r"^(utm_\w+|fbclid|gclid|msclkid|dclid|mc_[ce]id|_hs(enc|mi)|mkt_tok|vero_id|oly_(anon|enc)_id|trk\w*)$"
)
_SCHEMES = frozenset({"http", "https", "mailto"})

_MEND = "correct it in the source or in the template it comes from, then compose again"
_OWN = "readers' own links begin so: set newsletter.base_url to where they are answered"


def check_links(specimen: Specimen, *, own: str, reach: Reach | None) -> Iterator[Flaw]:
    """What is wrong with the links and the addresses of pictures.

    Args:
        specimen: the issue's pages.
        own: the address readers' own links begin with; they are not followed, for following one may act.
        reach: follows links; None to follow none.
    """
    places: dict[str, list[str]] = {}
    anchors = {name for element, _ in specimen.elements for name in (element.get("id"), element.get("name")) if name}
    for element, key in specimen.elements:
        for attribute in ("href", "src", "background"):
            url = element.get(attribute)
            if url is not None and element.tag not in ("html", "link"):
                # A reader's own links differ in what follows the address alone.
                places.setdefault(own if url.startswith(own) else url.strip(), []).append(key)
    troubles = reach([url for url in places if _to_follow(url, own)]) if reach else {}
    for url, keys in places.items():
        found = [*_local(url, anchors), *_wrong(url), *_unreached(url, troubles.get(url))]
        for severity, message, advice in found:
            for key in dict.fromkeys(keys):
                yield placed(
                    Flaw(rule=Rule.LINKS, severity=severity, message=message, advice=_OWN if url == own else advice),
                    key,
                )


_Found = tuple[Severity, str, str]


def _to_follow(url: str, own: str) -> bool:
    return url.startswith(("http://", "https://")) and not url.startswith(own) and not list(_wrong(url))


def _local(url: str, anchors: set[str]) -> Iterator[_Found]:
    if url.startswith("#") and len(url) > 1 and url[1:] not in anchors:
        yield Severity.ERROR, f"the link {_shown(url)} leads to no part of the mail", _MEND


def _wrong(url: str) -> Iterator[_Found]:
    if url.startswith("#") and len(url) > 1:
        return
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parameters = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    except ValueError:
        yield Severity.ERROR, f"the link {_shown(url)} is no address", _MEND
        return
    if parts.scheme not in _SCHEMES or (parts.scheme != "mailto" and not host):
        message = f"the link {_shown(url)} is not whole: a mail needs https:// and a name" if url else "a link is empty"
        yield Severity.ERROR, message, _MEND
    elif _PLACEHOLDER.search(url):
        yield Severity.ERROR, f"the link {_shown(url)} still holds a placeholder", _MEND
    elif _EXAMPLE.search(host):
        yield Severity.WARNING, f"the link {_shown(url)} leads to a name that exists for examples only", _MEND
    elif _TRACKERS.search(host):
        advice = "put the address it leads to in its place: we promise readers that nobody follows them"
        yield Severity.ERROR, f"the link {_shown(url)} goes through {host}, which counts who follows it", advice
    elif tracking := [name for name in parameters if _TRACKING.match(name.lower())]:
        advice = "take everything from that parameter's name to its value out of the source's link"
        message = f"the link {_shown(url)} tells the site where its reader came from ({tracking[0]})"
        yield Severity.WARNING, message, advice


def _unreached(url: str, trouble: Unreached | None) -> Iterator[_Found]:
    if trouble and trouble.dead:
        yield Severity.ERROR, f"the link {_shown(url)} is dead: {trouble.reason}", _MEND
    elif trouble:
        advice = "open it in a browser; some sites answer people only"
        yield Severity.WARNING, f"the link {_shown(url)} could not be followed: {trouble.reason}", advice


def _shown(url: str) -> str:
    return url if len(url) <= 120 else f"{url[:119]}…"
