"""Lines of a page that are known by what they are: share links, menus, bylines, notices about cookies.

Within a section of the study a short line is the study's where it can be: `Small sample · No control group`.
"""

from __future__ import annotations

import re

from digest.sentences import sentences
from digest.sources.dates import is_date

#: A longer text is no such line.
LONGEST_LINE = 400

_NETWORK = (
    r"(?:facebook|twitter|x|linkedin|whatsapp|reddit|pinterest|e-?mail|print|copy link|tweet|pin it|bluesky|telegram"
    r"|threads|mastodon|instagram|youtube|tiktok)"
)
_LINE = re.compile(
    r"^(?:share(?: this)?(?: article| post| page| story)?(?: (?:on|via) [^.]{1,40})?[:!]?"
    rf"|{_NETWORK}(?:[\s|,·•/]{{1,5}}{_NETWORK}){{0,20}}"
    r"|(?:click|tap) here\b.{0,80}|skip to (?:main )?content|for immediate release|scroll (?:down )?to continue"
    r"|back to (?:the )?(?:top|home(?: ?page)?|list|overview|results|articles?|news"
    r"|(?:all|our|the) (?:[\w-]{1,20} ){0,2}(?:page|list|articles?|news|posts?|blog|overview|results|site|stories))"
    r"|be the first to .{1,40}"
    r"|(?:join|get|read) our .{1,60}(?<![.])|was this (?:page |article )?(?:helpful|useful)\b.{0,30}"
    r"|like what you(?:[’']re| are)? (?:read|see)\w{0,4}\b.{0,60}"
    # Advertisements.
    r"|advertisements?(?: ?[-–—·|] ?.{1,60})?|sponsored(?: (?:content|post|links?|message))?"
    r"|(?:paid|partner|promoted) (?:content|post|promotion)"
    r"|(?:[-–—] ?)?(?:(?:the )?(?:article|story|text|post) )?continues? (?:reading )?(?:below|after)"
    r"(?: (?:the |this )?(?:advertisement|ad|video|newsletter|promotion))?(?: ?[-–—])?"
    r"|loading(?:\.{3}|…)?|menu|search|home|log ?in|sign (?:in|up)|subscribe(?: now)?"
    r"|listen to (?:this |the )?(?:article|story|post|episode|podcast)(?: \(?[\d:]{1,6} ?\w{0,8}\)?)?"
    r"|(?:subscribe|sign up) (?:to|for) (?:our|the) .{0,60}|all rights reserved\.?"
    r"|follow (?:us|me)\b.{0,80}|(?:find|like|join) us on .{1,60}"
    # What can be done with the page.
    r"|donate(?: now| today| here)?|(?:tweet|bookmark|email|print|save|report|cite) (?:this|the) "
    r"(?:article|story|post|page|paper|study|abstract)|tweet this|save(?: for later)?|how to cite(?: this \w{1,10})?"
    r"|(?:download|view|open|get|print|save)(?: (?:as|the|this|a))? (?:pdf|citation|full text)(?: version)?"
    r"(?: \([^()]{1,20}\))?|download (?:this|the) (?:article|paper|page|summary)(?: as a? ?pdf)?"
    r"|(?:export|copy) citation"
    r"|(?:most|more) (?:popular|read|viewed|shared)(?: (?:articles|stories|posts))?|editor[s’']{1,2} (?:picks?|choice)"
    r"|join the (?:conversation|discussion|debate)|(?:leave|post|add|write) a (?:comment|reply)"
    r"|(?:show|view|hide) (?:all )?(?:\d{1,5} )?comments(?: \(\d{1,5}\))?"
    r"|(?:©|\(c\) ?©) ?.{0,100}|\(c\) (?:copyright )?\d{4}(?:[,-–]? ?\d{2,4})?(?:,? (?-i:[A-Z]).{0,100})?\.?"
    r"|copyright(?: (?:©|\(c\)|\d{4}|by|the)(?:\W.{0,90})?)?"
    r"|(?:accept|reject|decline|allow)(?: all)?(?: cookies)?|cookie (?:settings|policy|preferences|notice)"
    r"|manage cookies|(?:continue|keep) reading .{1,200}(?<![.!?])"
    r"|(?:previous|next)(?: article| post)?(?: [→←»«])?|\d{1,6} (?:min(?:ute)?s? read|comments?|views|shares?)"
    r"|[→←»«|·•\-–—*_=\s]{1,200}"
    r"|home ?[/|>\u203a»·] ?.{1,80}(?<![.!?]))$",
    re.IGNORECASE,
)
#: A title behind words that lead to it: "Also read: Ten days in the heat".
_LEADING = re.compile(
    r"^(?:(?:(?:also|now) (?:read|see|watch)|(?:read|see|watch) (?:also|more|next|now)|don[’']t miss) ?: ?.{1,200}"
    r"|(?:read|watch|listen)(?: this)? ?: ?(?-i:[A-Z“\"‘'\d]).{1,200}(?<!\.))$",
    re.IGNORECASE,
)
#: Names in a menu, or on the way to the page, and characters of one.
FEWEST_NAMES, MOST_NAMES, LONGEST_NAME = 3, 13, 25
_BETWEEN = re.compile(r"[|>\u203a»·]")
_NO_MENU = re.compile(r"[.!?,;:\d]")
#: Words in a menu that a study's own line has not.
_OF_A_SITE = re.compile(
    r"\b(?:home|about(?: us)?|contact(?: us)?|privacy(?: policy)?|terms(?: of use)?|cookies?|log ?in|sign (?:in|up)"
    r"|search|blog|shop|donate|careers|newsletter|sitemap|faqs?|press|subscribe|advertise|imprint|legal|news|events"
    r"|share|tweet|print|e-?mail|facebook|twitter|linkedin|instagram|youtube)\b",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"^By (?P<names>[\w .,’'-]{2,61}(?<![.\d]))$")
_CHECKED = re.compile(
    r"^(?:(?:medically|last|next|fact) (?:reviewed|edited|updated|checked)(?: by(?! no\b)| on|:)\s.{1,80}(?<!\.)"
    r"|(?:reviewed|written|edited|checked) by (?:our|the) .{1,60}\b(?:team|staff|editors?|board|panel|experts)"
    r"|(?:reviewed|written|edited|updated|checked) ?(?::|on) (?-i:[A-Z\d]).{1,80}(?<!\.)"
    r"|(?:reviewed|written|edited|updated|checked)(?: by|:) (?P<names>.{1,80}(?<!\.)))$",
    re.IGNORECASE,
)
#: Who made a picture.
_CREDIT = re.compile(
    r"^\(?(?:(?:photo(?:graph)?|image|picture|illustration|graphic|video|photography)s? (?:credits?|courtesy)\b.{0,80}"
    r"|(?:photo(?:graph)?|image|picture|illustration|graphic|credit)s?(?: by|:) (?P<names>.{2,80}?))\)?$",
    re.IGNORECASE,
)
_AGENCY = re.compile(
    r"\b(?:getty(?: images)?|shutterstock|i?stock(?:photo)?|unsplash|pexels|pixabay|alamy|reuters|adobe stock|afp)\b",
    re.IGNORECASE,
)
#: Longer lines that name an agency say more.
_LONGEST_CREDIT = 60
#: Small words that stand in names.
_IN_NAMES = frozenset(
    (
        *("and", "of", "the", "for", "at", "in", "on", "from", "via", "de", "van", "von", "der", "den", "da", "di"),
        *("la", "le", "el", "bin", "al", "du", "des", "staff", "writer", "writers", "editor", "editors", "team"),
        *("reporter", "contributor", "contributors", "correspondent", "desk", "our", "medical", "editorial", "updated"),
        *("published",),
    )
)
_FIRST_NAMES = frozenset({"our", "the", "staff", "editorial", "medical", "de", "van", "von"})
#: With these begin no names: "By Week Twelve half had left".
_NO_NAME = re.compile(
    r"(?:week|month|day|year|age|group|contrast|chance|design|default|law|then|now|early|late|mid|no|none|nobody|half|one"
    r"|two|three|four|most|all|some|january|february|march|april|may|june|july|august|september|october|november"
    r"|december|spring|summer|autumn|winter|monday|tuesday|wednesday|thursday|friday|saturday|sunday)s?\b",
    re.IGNORECASE,
)
#: What sites put under a text where others print it; behind it stands their name, or a page's.
_FIRST_ON = re.compile(
    r"^(?:the|this) (?:post|article|story|page|entry) (?:.{1,300}? )?"
    r"(?P<where>(?:appeared first|first appeared|was (?:first|originally) (?:published|posted)) (?:on|at)) "
    r"(?-i:[A-Z0-9]|\w{1,30}\.\w)",
    re.IGNORECASE,
)
_RELEASE = re.compile(r"\bforward[-‐‑ ]looking statements?\b", re.IGNORECASE)
_COOKIES = re.compile(
    r"\b(?:we|this (?:web)?site|our (?:web)?site|our partners)\b[^.]{0,80}\buses?\b[^.]{0,40}\bcookies\b"
    r"|\bby (?:continuing|using|clicking)\b[^.]{0,80}\bcookies\b",
    re.IGNORECASE,
)


def is_line_of_page(text: str, *, within: bool = False) -> bool:
    """True for a line no summary holds: share links, cookie notices, a menu.

    Args:
        text: the line.
        within: whether it stands in a section of the study, where a menu seldom does.
    """
    if len(text) <= LONGEST_LINE and (_LINE.match(text) or _is_signed(text, within=within) or _is_leading(text)):
        return True
    if is_first_on(text):
        return True
    if _is_menu(text) and (not within or _OF_A_SITE.search(text)):
        return True
    return is_about_cookies(text) or ("ooking" in text and bool(_RELEASE.search(text)))


def is_first_on(text: str) -> bool:
    """True for a line that says at which site a text stood first; one that says when is of the text."""
    found = _FIRST_ON.match(text[:500])
    if found is None or len(text) > LONGEST_LINE or len(sentences(text)) > 1:
        return False
    behind = text[found.end("where") :].strip(" .")
    return not is_date(behind)


def is_about_cookies(text: str) -> bool:
    """True for a notice about cookies."""
    return "ookies" in text and _COOKIES.search(text) is not None


def _is_menu(text: str) -> bool:
    """A menu, or the way to the page: short names with marks between them."""
    if len(text) > LONGEST_LINE or _NO_MENU.search(text):
        return False
    names = [name.strip() for name in _BETWEEN.split(text)]
    return FEWEST_NAMES <= len(names) <= MOST_NAMES and all(0 < len(name) <= LONGEST_NAME for name in names)


def _is_leading(text: str) -> bool:
    """Words that lead to another text, and its title; an address is none."""
    return ":" in text[:20] and "://" not in text and _LEADING.match(text) is not None


def _is_signed(text: str, *, within: bool) -> bool:
    """Who wrote or checked it, or made its picture."""
    if (found := _BYLINE.match(text) or _CHECKED.match(text)) is not None:
        return found["names"] is None or are_names(found["names"], all_of_it=within)
    if (credit := _CREDIT.match(text)) is not None and not text.endswith("."):
        return credit["names"] is None or are_names(credit["names"]) or _AGENCY.search(text) is not None
    agency = _AGENCY.search(text) if len(text) <= _LONGEST_CREDIT else None
    return agency is not None and are_names(text.strip("()"))


def are_names(text: str, *, all_of_it: bool = True) -> bool:
    """Whether these are names of people, teams or companies; else only what stands before the first comma has to be."""
    words = (text if all_of_it else text.split(",")[0]).replace("/", " ").replace("|", " ").split()
    if not words or _NO_NAME.match(words[0]):
        return False
    said = [word.strip(".,()©&-–") for word in words]
    if said[0][:1].islower() and said[0] not in _FIRST_NAMES:
        return False
    return all(not one[:1].islower() or one in _IN_NAMES for one in said)
