"""Web addresses as sources print them, made absolute and safe; the page's own instead of one that counts readers."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from digest.international import ascii_domain

#: A longer address is not one a person was meant to follow.
LONGEST_URL = 2_000
#: Redirects inside one another that are taken apart.
_MOST_DETOURS = 3

#: Parameters that name the reader's way to a page and not the page.
_TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|mc_[ce]id|mkt_tok|ref_src|_hsenc|_hsmi"
    r"|vero_id|oly_(?:anon|enc)_id|pk_(?:campaign|kwd)|mtm_\w+)$",
    re.IGNORECASE,
)
#: Parameters that name a visit: another one at every visit.
_VISIT = re.compile(
    r"^(?:phpsessid|jsessionid|aspsessionid\w{0,20}|asp\.net_sessionid|cftoken|zenid|oscsid)$",
    re.IGNORECASE,
)
#: The same under names that elsewhere name a story or a conference's session: the value is a number nobody chose.
_VISIT_BY_VALUE = re.compile(
    r"^(?:s|sid|session|session_?id|sess_?id)=(?=\w{0,40}[a-z])(?=\w{0,40}\d)[0-9a-z]{26,64}$", re.IGNORECASE
)
#: PubMed's search feeds put the time of the fetch into every link.
_FETCH_TIME = re.compile(r"^20\d{12}$")
#: Controls, direction marks and other unseen characters; what dresses an address up as another or ends an attribute.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\"\\\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]")
#: Characters that mean something in an address, so they stay; all others are spelled out.
_KEPT: Final = "%/:=&?~#+!$,;'@()*[]"
#: A host's name with nothing before it, such as `www.example.org/x`. Folders have no such names.
_HOST = re.compile(
    r"^(?:www\d?\.[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}|[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}\.(?:com|org|net|edu|gov|int|info|eu|uk))"
    r"(?::\d{1,5})?(?=[/?#]|$)",
    re.IGNORECASE,
)
_USUAL_PORTS: Final = {"http": 80, "https": 443}
_SPELLED_OUT = re.compile(r"%([0-9a-fA-F]{2})")
#: Where sites send their readers through themselves: the host, the path, and the parameter with the page's own address.
_DETOURS: Final = (
    (re.compile(r"(?:^|\.)google\.[a-z.]{2,6}$"), "/url", ("url", "q")),
    (re.compile(r"(?:^|\.)google\.[a-z.]{2,6}$"), "/scholar_url", ("url",)),
    (re.compile(r"^lm?\.facebook\.com$"), "/l.php", ("u",)),
    (re.compile(r"^l\.instagram\.com$"), "/", ("u",)),
    (re.compile(r"(?:^|\.)bing\.com$"), "/news/apiclick.aspx", ("url",)),
    (re.compile(r"(?:^|\.)duckduckgo\.com$"), "/l/", ("uddg",)),
    (re.compile(r"\.safelinks\.protection\.outlook\.com$"), "/", ("url",)),
    (re.compile(r"(?:^|\.)youtube\.com$"), "/redirect", ("q",)),
    (re.compile(r"(?:^|\.)linkedin\.com$"), "/redir/redirect", ("url",)),
    (re.compile(r"^out\.reddit\.com$"), "", ("url",)),
    (re.compile(r"^t\.umblr\.com$"), "/redirect", ("z",)),
)


@lru_cache(maxsize=4096)
def web_url(link: str, *, base: str | None = None) -> str | None:
    """The absolute http or https address of a link, without tracking and detours; None for anything else.

    Blanks and letters beyond ASCII are spelled out. Refused are other schemes (`javascript:`), addresses with a user
    name in them (they dress up as another host), and what holds controls or quotation marks.

    A host's name without a scheme, such as `www.example.org/x`, is an address where a person typed it. Where there is
    a base it is a path by the rules, which leads nowhere, and none by its looks: no link is better than a wrong one.
    """
    url = _absolute(link.strip(), base)
    for _ in range(_MOST_DETOURS):
        target = _behind(url) if url else None
        if not target:
            break
        url = _absolute(target, None) or url
    return url


def steady_address(guid: str) -> str:
    """A guid that is a web address in the one way of writing it, without tracking; any other guid as it is.

    One address may be written with its host in capitals, its usual port, or blanks spelled out or not: a site that
    changes its software changes these, and means the same entries.
    """
    if not guid.lower().startswith(("http://", "https://")):
        return guid
    try:
        parts = urlsplit(guid)
        host, port = parts.netloc.lower(), parts.port
    except ValueError:
        return guid
    if not parts.hostname or "@" in host:
        return guid
    host = host.removesuffix(f":{port}") if port == _USUAL_PORTS[parts.scheme] else host
    path, query, fragment = map(_spelled_out, (parts.path, _without_tracking(parts.query), parts.fragment))
    return urlunsplit((parts.scheme, host, path, query, fragment))


def shown(url: str) -> str:
    """An address fit for messages: without user name, password, query and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an unreadable address"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _absolute(link: str, base: str | None) -> str | None:
    if not link or len(link) > LONGEST_URL or _UNSAFE.search(link):
        return None
    if _HOST.match(link):
        if base:
            return None
        link = f"http://{link}"
    try:
        parts = urlsplit(urljoin(base or "", link))
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        if not usable or "@" in parts.netloc:
            return None
        host, colon, port = parts.netloc.partition(":")
        netloc = parts.netloc if parts.netloc.isascii() else f"{ascii_domain(host)}{colon}{port}"
    except ValueError:
        return None
    if netloc != quote(netloc, safe=_KEPT):
        return None
    query = quote(_without_tracking(parts.query), safe=_KEPT)
    fragment = quote(parts.fragment, safe=_KEPT)
    return urlunsplit((parts.scheme, netloc, quote(parts.path, safe=_KEPT), query, fragment))


def _behind(url: str) -> str | None:
    """The address of the page a detour leads to; None for an address that is none."""
    if "=http" not in url:
        return None
    parts = urlsplit(url)
    for host, path, names in _DETOURS:
        if host.search(parts.hostname or "") and (not path or parts.path == path):
            values = dict(parse_qsl(parts.query))
            return next((values[name] for name in names if values.get(name, "").startswith(("http:", "https:"))), None)
    return None


def _without_tracking(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(key, value) for key, value in pairs if not _of_a_visit(key, value)]
    return query if len(kept) == len(pairs) else urlencode(kept)


def _of_a_visit(key: str, value: str) -> bool:
    named = _TRACKING.match(key) or _VISIT.match(key) or _FETCH_TIME.match(value)
    return bool(named or _VISIT_BY_VALUE.match(f"{key}={value}"))


def _spelled_out(part: str) -> str:
    """What may not stand in an address spelled out, and spelled out in capitals; what need not be is left as it is."""
    return _SPELLED_OUT.sub(lambda found: f"%{found[1].upper()}", quote(part, safe=_KEPT))
