"""What a heading means. Names are data: an operator adds the words of another site."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from digest.errors import ConfigError
from digest.models import SectionRole
from digest.sources.pieces import BOLD_LEVEL, Piece, Shape

#: A heading or label longer than this is a sentence.
LONGEST_NAME = 80
#: Names whose meaning is remembered: each is asked for some times over.
MOST_ASKED = 2_000


class Fact(StrEnum):
    """What else a heading or label can announce."""

    TITLE = "title"
    TAGS = "tags"
    CREDIBILITY = "credibility"
    INTEREST = "interest"
    #: Credibility and interest together.
    RATINGS = "ratings"
    JOURNAL = "journal"
    PUBLISHED = "published"
    PEOPLE = "people"
    DESIGN = "design"
    DOI = "doi"
    PMID = "pmid"
    #: The address of the original.
    LINK = "link"
    #: The standing paragraph about reading research, in which only the journal's name is particular.
    STANDING = "standing"
    #: What belongs to the page, not to the summary.
    FURNITURE = "furniture"
    #: Says no more than that text follows: the word "Abstract".
    TEXT = "text"
    #: Left out, with what stands there: authors, copyright.
    IGNORED = "ignored"


Meaning = SectionRole | Fact

_NAMES: dict[Meaning, str] = {
    SectionRole.TAKEAWAY: "key takeaway|key takeaways|the takeaway|takeaway|takeaways|the key takeaway|key point"
    "|key points|the bottom line|bottom line|in brief|at a glance|in a nutshell|main message|key message|main point"
    "|the main point|the main points|key messages|conclusion|conclusions|interpretation|in short"
    "|in one sentence|tl dr|tldr",
    SectionRole.FINDINGS: "what they found|what did they find|what the study found|what the researchers found"
    "|what researchers found|what was found|findings|key findings|main findings|the findings|results"
    "|main results|what the research found|what did the study find|what we found|finding|what the study showed"
    "|what did the study show|what did the researchers find|what they discovered|what was discovered|the results"
    "|the main results|what the results show|what the results showed",
    SectionRole.RELEVANCE: "who should care and why|who should care|why it matters|why this matters|why does it matter"
    "|why does this matter|what it means|what this means|what does this mean|what this means for you"
    "|what does it mean for people with ms|what it means for people with ms|relevance|implications"
    "|what this means for patients|why it is important|why is it important|why is this important"
    "|why this is important"
    "|what it means for you|what does it mean for you|what does this mean for you|what it could mean"
    "|what this could mean"
    "|what does this mean for people with ms|who does this matter to|who should care and why it matters"
    "|why should you care|what does this mean for patients|what it means for patients",
    # Those of limits in their many orders are `_LIMITS_OF_A_STUDY`.
    SectionRole.CONSIDERATIONS: "important considerations|considerations|important consideration|cautions"
    "|things to keep in mind|what to keep in mind|what to be careful about|keep in mind|bear in mind|things to consider"
    "|things to bear in mind|what to bear in mind|points to bear in mind|points to consider"
    "|points to keep in mind|worth bearing in mind|worth keeping in mind|important points to consider"
    "|limits and cautions|a word of caution|words of caution|what we dont know|what we do not know"
    "|what is not known|what is still unknown|what we still dont know|what the study cannot tell us"
    "|what this study cannot tell us|what it does not show|limitations to consider"
    "|what this study does not tell us|what the study does not tell us|what this study did not show"
    "|what the study did not show|caution|a note of caution|caveats and funding|limitations and funding",
    SectionRole.FAQ: "faq|faqs|frequently asked questions|frequently asked questions faq"
    "|frequently asked questions faqs|common questions|questions and answers|your questions answered",
    SectionRole.REFERENCES: "references|reference|sources|bibliography|works cited|citations|literature",
    Fact.TITLE: "title|headline",
    Fact.TAGS: "article topics|article topic|topics|tags|keywords|key words|topic tags|article tags|filed under",
    Fact.CREDIBILITY: "credibility|credibility rating|credibility score",
    Fact.INTEREST: "interest|interest rating|interest score",
    Fact.RATINGS: "credibility and interest ratings|credibility and interest rating|credibility and interest|ratings"
    "|article ratings|article rating",
    Fact.JOURNAL: "journal|journal name|published in|source journal|publication|journal title|source"
    "|revue|revue scientifique|publié dans|paru dans|zeitschrift|fachzeitschrift|erschienen in|veröffentlicht in"
    "|tijdschrift|gepubliceerd in|verschenen in|rivista|pubblicato su|pubblicato in|revista|publicado en|publicado na"
    "|publicado no|publicado em|tidskrift|publicerad i|publicerat i|tidsskrift|publiceret i|udgivet i|publisert i"
    "|lehti|tiedelehti|julkaistu lehdessä|czasopismo|opublikowano w|časopis|publikováno v"
    "|quelle|bron|fonte|fuente|källa|kilde|lähde|źródło|zdroj",
    Fact.PUBLISHED: "published|published on|publication date|date published|published date|date of publication"
    "|published online|date|cover date|available online"
    "|publié|publié le|paru le|mis en ligne le|date de publication|date de parution"
    "|veröffentlicht|veröffentlicht am|veröffentlichungsdatum|erschienen|erschienen am|publiziert am|datum"
    "|publikationsdatum|gepubliceerd|gepubliceerd op|publicatiedatum|verschenen|verschenen op"
    "|pubblicato|pubblicato il|data di pubblicazione|publicado|publicado el|fecha|fecha de publicación"
    "|data de publicação|publicerad|publicerad den|publicerat|publiceringsdatum"
    "|publiceret|publiceret den|udgivet|udgivet den|udgivelsesdato|publisert|publiseringsdato|dato"
    "|julkaistu|julkaisupäivä|päivämäärä|opublikowano|data publikacji|data wydania"
    "|publikováno|zveřejněno|vydáno|datum vydání|datum publikace",
    Fact.PEOPLE: "participants|people studied|who was studied|who took part|who they studied|study participants"
    "|people|population|study population|patients|who was in the study|sample|number of participants|sample size",
    Fact.DESIGN: "study type|study design|type of study|design|kind of study|type of research|how it was studied",
    Fact.DOI: "doi|digital object identifier",
    Fact.PMID: "pmid|pubmed id|pubmed",
    Fact.LINK: "link|url|web address|original|original article|link to the original|read the original|full study",
    Fact.FURNITURE: "you may also like|you might also like|you may also be interested in|you might be interested in"
    "|related articles|related article|related posts|related stories|related reading|related content|related"
    "|related topics|recommended|recommended for you|recommended reading|recommended articles|more articles"
    "|more like this|more from this author|latest articles|latest news|popular articles|most read|trending"
    "|read next|up next|see also|further reading|share|share this|share this article|share this post|share article"
    "|subscribe|newsletter|newsletter sign up|sign up for our newsletter|subscribe to our newsletter|comments"
    "|leave a comment|leave a reply|follow us|about the author|advertisement|cookie settings|cookie preferences"
    "|cookie policy|we value your privacy|your privacy|get in touch|contact us|media contact|media contacts"
    "|press contact|press contacts|forward looking statements|notes to editors|post navigation|table of contents"
    "|most popular|most viewed|most shared|popular posts|popular stories|popular|editors picks|editors pick"
    "|editors choice|top stories|trending now|trending stories|more stories|more news|more from us|recent posts"
    "|recent articles|recent news|latest posts|latest stories|in case you missed it|join the conversation"
    "|join the discussion|sponsored|sponsored content|sponsored links|also read|read also|dont miss|donate|donate now"
    "|cite this article|how to cite this article|listen to this article|download pdf",
    Fact.TEXT: "abstract|summary|article",
    Fact.IGNORED: "author|authors|author s|copyright|byline|in this article",
}
#: What a site says of research in general, and what a release says of whose it is.
_STANDING = re.compile(
    r"^(?:understanding (?:[\w ]{1,40} )?research"
    r"|about (?:the )?[\w ]{1,60} (?:therapeutics|pharma|pharmaceuticals?|biopharma\w{0,12}|biotech\w{0,8}|biosciences?"
    r"|inc|ltd|limited|gmbh|plc|ag|corporation|company|group|foundation|society|trust|university|institute"
    r"|laborator(?:y|ies)))$"
)
#: Numbers before a heading, and what sites put behind one: `4. Limitations [edit]`.
_COUNTED = re.compile(
    r"^\s{0,4}[(\[]?(?:\d{1,2}(?:\.\d{1,2}){0,2}|[IVX]{1,4}|[ivx]{1,4})(?:[.)\]:]\s{0,3}|\s)"
    r"|\s?[(\[](?:edit|\d{1,3})[)\]]\s{0,4}$"
)
#: The usual names of a study's limits, in whatever order a site puts their words.
_LIMITS_OF_A_STUDY = re.compile(
    r"^(?:(?:what (?:are|were)|about|on) )?(?:(?:the|some|its|our|their) ){0,2}"
    r"(?:(?:main|key|important|study|possible|potential|known) )?(?:strengths and )?"
    r"(?:limits|limitations?|caveats?|weakness(?:es)?|shortcomings|drawbacks)"
    r"(?: and (?:strengths|considerations|caveats))?"
    r"(?: (?:of|to|in) (?:this|the|our|these) (?:\w{1,20} ){0,2}"
    r"(?:study|trial|research|review|analysis|work|paper|report|findings|results|data))?$"
)
#: How a heading speaks of limits that has a name of its own: "What this study does not tell us".
_SPEAKS_OF_LIMITS = re.compile(
    r"\b(?:limits?|limitations?|limiting|caveats?|cautions?|cautious|weakness(?:es)?|shortcomings?|drawbacks?|careful"
    r"|unknowns?|unanswered|unclear|uncertain(?:ty|ties)?|fine print|in mind|open questions?)\b"
    r"|\b(?:(?:do|does|did|could|would|wo|was|were|is|are)nt|not|cannot|cant|never)\b.{0,30}"
    r"\b(?:know|known|tell|show|shown|say|prove|proven|answer|answered|mean|certain|sure|clear)\b"
)
#: Words of such a heading; more are a sentence.
_LONGEST_HEADING = 9
_APOSTROPHES = str.maketrans("", "", "'’‘\u02bc")
#: Names under which a journal stands as well as a site.
SOURCE_NAMES = frozenset(("source", "quelle", "bron", "fonte", "fuente", "källa", "kilde", "lähde", "źródło", "zdroj"))
#: A label with a dash behind it, as far as a sentence or a figure stands there: `Findings — The team…`.
_DASHED = re.compile(r"^(?P<name>[^\W\d_][^:.!?;\n–—-]{2,60}?)\s{1,3}[–—-]{1,2}\s{1,3}(?P<rest>[^\W_].*)$", re.DOTALL)
#: The labels of a structured abstract, and of what stands below one; other words in capitals stand in a text:
#: "NOTE: The vest was free".
_OF_AN_ABSTRACT = frozenset(
    (
        *("introduction", "background", "context", "rationale", "importance", "significance"),
        *("statement of significance", "objective", "objectives", "aim", "aims", "goal", "goals", "purpose"),
        *("question", "questions", "research question", "hypothesis", "hypotheses", "design", "study design"),
        *("research design", "trial design", "setting", "settings", "study setting", "participant", "participants"),
        *("patients", "subjects", "population", "sample", "animals", "samples", "intervention", "interventions"),
        *("exposure", "exposures", "treatment", "comparator", "comparison", "comparators", "procedure"),
        *("procedures", "approach", "main outcomes", "main outcome", "outcome", "outcomes", "main outcome measure"),
        *("main outcome measures", "outcome measure", "outcome measures", "primary outcome"),
        *("primary outcome measures", "primary outcomes", "measures", "measure", "main measures", "measurement"),
        *("measurements", "material", "materials", "method", "methods", "methodology", "methodological approach"),
        *("statistical analysis", "analysis", "data analysis", "data source", "data sources", "data collection"),
        *("study selection", "data extraction", "data synthesis", "search strategy", "eligibility criteria"),
        *("selection criteria", "inclusion criteria", "search methods", "review methods", "evidence acquisition"),
        *("evidence synthesis", "evidence review", "synthesis", "main results", "authors conclusions", "result"),
        *("results", "finding", "findings", "key findings", "conclusion", "conclusions", "interpretation"),
        *("discussion", "implication", "implications", "implications for practice", "clinical implications"),
        *("practice implications", "clinical significance", "clinical relevance", "relevance"),
        *("relevance to clinical practice", "clinical impact", "impact", "novelty", "what this study adds"),
        *("what is known", "limitation", "limitations", "strengths", "strength", "weaknesses", "level of evidence"),
        *("classification of evidence", "quality of evidence", "certainty of evidence", "registration"),
        *("trial registration", "clinical trial registration", "trial registration number"),
        *("systematic review registration", "protocol", "protocol registration", "funding", "sources of funding"),
        *("funding sources", "support", "sponsor", "disclosure", "disclosures", "conflict of interest"),
        *("conflicts of interest", "competing interests", "declaration of interests", "ethics", "data availability"),
        *("acknowledgments", "acknowledgements", "correspondence", "keywords", "key words", "abbreviations"),
        *("author contributions", "contributors", "patient or public contribution", "public contribution"),
        *("copyright",),
    )
)
_AND = re.compile(r"[,/&]|\bAND\b")
_SHOUTED = re.compile(r"^(?P<name>[A-Z][A-Z ,/&-]{3,50}):\s+(?P<rest>\S.*)$", re.DOTALL)
_LABEL = re.compile(r"^(?P<name>[^:\n]{2,80}?)\s*:\s*(?P<rest>.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heading:
    """A piece seen as a heading or label."""

    #: None for a heading whose name says nothing to us.
    meaning: Meaning | None
    name: str
    #: What stands behind it in the same piece.
    rest: str
    level: int


def name_key(name: str) -> str:
    """A heading's name as it is compared: small letters, digits and single spaces; "&" is "and"."""
    folded = unicodedata.normalize("NFKC", name).casefold().replace("&", " and ").translate(_APOSTROPHES)
    return " ".join("".join(letter if letter.isalnum() else " " for letter in folded).split())


def speaks_of_limits(name: str) -> bool:
    """Whether a heading speaks of limits in words of its own; what stands below it decides whether they are."""
    if len(name) > LONGEST_NAME:
        return False
    key = name_key(name)
    return len(key.split()) <= _LONGEST_HEADING and _SPEAKS_OF_LIMITS.search(key) is not None


class Headings:
    """The names that mean something.

    Args:
        extra: more names, each with the role or fact it announces, e.g. `{"Bottom line": "takeaway"}`; they win
            over the bundled ones.

    Raises:
        ConfigError: a meaning that does not exist.
    """

    def __init__(self, extra: Mapping[str, str] | None = None) -> None:
        #: The names that were added, for another process to make the same of.
        self.extra = dict(extra or {})
        self._asked: dict[str, Meaning | None] = {}
        self._meanings: dict[str, Meaning] = {
            name: meaning for meaning, names in _NAMES.items() for name in names.split("|")
        }
        self._own = frozenset(map(name_key, self.extra))
        for name, meaning in self.extra.items():
            self._meanings[name_key(name)] = _meaning_named(name, meaning)

    def meaning(self, name: str) -> Meaning | None:
        """What this name announces; None when it says nothing to us."""
        if not name or len(name) > LONGEST_NAME:
            return None
        if name not in self._asked:
            if len(self._asked) >= MOST_ASKED:
                self._asked.clear()
            self._asked[name] = self._meaning_of(name_key(name)) or self._meaning_of(name_key(_COUNTED.sub("", name)))
        return self._asked[name]

    def _meaning_of(self, key: str) -> Meaning | None:
        if (meaning := self._meanings.get(key)) is not None:
            return meaning
        if _STANDING.match(key):
            return Fact.STANDING
        return SectionRole.CONSIDERATIONS if _LIMITS_OF_A_STUDY.match(key) else None

    def is_own(self, name: str) -> bool:
        """Whether an operator gave this name its meaning."""
        return name_key(name) in self._own

    def heading(self, piece: Piece) -> Heading | None:
        """The piece as a heading: by its shape, as a known name alone, or as a label before its text; else None."""
        if piece.shape is Shape.HEADING:
            return self._of_shape(piece)
        # "Limits" is a heading, "Limits." a short sentence.
        can_stand_alone = piece.shape is Shape.TEXT and not piece.text.endswith(".")
        alone = self.meaning(piece.text) if can_stand_alone else None
        if alone:
            return Heading(alone, piece.text.rstrip(" :"), "", 0)
        if can_stand_alone and speaks_of_limits(piece.text):
            return Heading(None, piece.text.rstrip(" :"), "", BOLD_LEVEL)
        return self._lead(piece) or self._label(piece)

    def _of_shape(self, piece: Piece) -> Heading:
        meaning = self.meaning(piece.text)
        if meaning is None:
            labelled = self._label(piece)
            if labelled:
                return labelled
        return Heading(meaning, piece.text.rstrip(" :"), "", piece.level)

    def _lead(self, piece: Piece) -> Heading | None:
        meaning = self.meaning(piece.lead)
        if not meaning or not piece.text.startswith(piece.lead):
            return None
        return Heading(meaning, piece.lead.rstrip(" :.–—-"), piece.text[len(piece.lead) :].lstrip(" :.–—-"), 0)

    def dashed(self, text: str) -> Heading | None:
        """A text that begins with the name of a section and a dash, behind which a sentence begins; else None."""
        found = _DASHED.match(text)
        meaning = self.meaning(found["name"]) if found else None
        begins = found is not None and (found["rest"][0].isupper() or found["rest"][0].isdecimal())
        if not found or not begins or not isinstance(meaning, SectionRole) or not text[0].isupper():
            return None
        return Heading(meaning, found["name"], found["rest"].strip(), 0)

    def _label(self, piece: Piece) -> Heading | None:
        dashed = self.dashed(piece.text)
        if dashed or ":" not in piece.text:
            return dashed
        found = _LABEL.match(piece.text)
        meaning = self.meaning(found["name"]) if found else None
        if found and meaning:
            return Heading(meaning, found["name"], found["rest"].strip(), 0)
        shouted = _SHOUTED.match(piece.text) if piece.shape is Shape.TEXT else None
        if not shouted or not _is_of_an_abstract(shouted["name"]):
            return None
        return Heading(None, shouted["name"].capitalize(), shouted["rest"], 0)


@lru_cache(maxsize=1)
def usual_headings() -> Headings:
    """The bundled names alone, made once."""
    return Headings()


def _is_of_an_abstract(name: str) -> bool:
    """Whether a label in capitals is one of a structured abstract: a name, or several, as "DESIGN AND SETTING"."""
    keys = [key for part in (name, *_AND.split(name)) if (key := name_key(part))]
    return keys[0] in _OF_AN_ABSTRACT or all(key in _OF_AN_ABSTRACT for key in keys[1:])


def _meaning_named(name: str, meaning: str) -> Meaning:
    for kind in (SectionRole, Fact):
        if meaning in {member.value for member in kind}:
            return kind(meaning)
    choices = ", ".join(member.value for kind in (SectionRole, Fact) for member in kind)
    raise ConfigError(f"headings: {name!r} cannot mean {meaning!r}; choose one of {choices}")
