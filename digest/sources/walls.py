"""How pages speak that stand in the place of another: gone, a check for robots, a sign-in, an offer to subscribe."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

#: A longer paragraph is a text, whatever it asks for.
LONGEST_WALL = 600


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_THING: Final = r"(?:page|article|post|content|story|file|document|resource|link|url)"
_GONE = _any(
    r"(?:(?:http|error|fehler|erreur)[\s:]{0,3})?404(?:[\s:,-]{0,3}error)?"
    rf"(?:[\s:,-]{{0,3}}{_THING}?\s?not found)?",
    rf"(?:(?:oops|sorry|error)\W{{1,4}})?(?:(?:this|the|that|your) )?(?:requested )?{_THING}?\s?"
    r"(?:(?:you|we) [\w ]{1,40} )?(?:is |was |has |does |can |could )?"
    r"(?:not|cannot|can.t|couldn.t|wasn.t|isn.t|doesn.t|no longer)(?: be)? (?:found|available|exists?|here)",
    rf"{_THING} (?:missing|removed|deleted|gone|unavailable|not exist)",
    r"nothing (?:was )?found(?: here)?",
    r"(?:410 )?gone",
    r"(?:die )?seite (?:wurde )?nicht gefunden",
    r"page (?:introuvable|non trouvée)",
    r"página no encontrada",
    r"página não encontrada",
    r"pagina (?:non trovata|niet gevonden)",
)
_ROBOTS = _any(
    r"just a moment",
    r"attention required",
    r"one more step",
    r"checking (?:your browser|the site|if).{0,60}",
    r"(?:please )?(?:verify|verifying|confirm)(?: that)? you.{0,40}",
    r"are you (?:a )?(?:human|robot).{0,20}",
    r"i.m not a robot",
    r"access (?:to this page )?(?:has been )?(?:denied|blocked)",
    r"(?:403[\s:-]{0,3})?forbidden",
    r"(?:request|page) (?:unsuccessful|blocked|rejected).{0,60}",
    r"pardon our interruption",
    r"(?:ddos|bot|robot) (?:protection|check|verification).{0,30}",
    r"(?:please )?enable (?:javascript|cookies).{0,40}",
    r"(?:security|human) (?:check|verification).{0,40}",
    r"captcha.{0,20}",
    r"client challenge",
    r"(?:429[\s:-]{0,3})?too many requests",
)
_RESTING = _any(
    r".{0,40}(?:down for|under|scheduled) maintenance",
    r"(?:site )?maintenance(?: mode)?",
    r"(?:service |site |page )?(?:is )?(?:temporarily )?(?:unavailable|offline)",
    r"(?:50[0-4][\s:-]{0,3})?(?:internal server error|bad gateway|service unavailable|gateway time-?out)",
    r"we.ll be (?:right )?back.{0,30}",
    r"something went wrong",
    r"an error (?:has )?occurred",
)
_SIGN_IN = _any(
    r"(?:please )?(?:sign|log)[ -]?(?:in|on)(?: (?:or|to|with|/) .{0,60})?",
    r"(?:member |user |account )?login(?: page| required)?",
    r"(?:please )?register(?: (?:now|here|to|or) ?.{0,40})?",
    r"create (?:an |your )?account",
    r"(?:please )?subscribe(?: (?:now|here|to|or) ?.{0,40})?",
    r"subscription (?:required|options|offers?)",
    r"(?:members?|subscribers?) only",
    r"single sign[ -]on",
    r"authenticat(?:e|ion)(?: required)?",
    r"anmelden|anmeldung|connexion|se connecter|iniciar sesión|accedi|inloggen",
)
_CONSENT = _any(
    r"before you continue.{0,40}",
    r"(?:we (?:value|respect|care about)|manage|about) your privacy",
    r"your privacy(?: choices| matters)?",
    r"cookies? (?:consent|settings|preferences|notice|policy|wall)",
    r"(?:privacy|consent)(?: settings| preferences| center)?",
    r"cookies? (?:are )?(?:turned off|disabled|required|absent)",
)
_PARKED = _any(
    r".{0,80}\b(?:domain|website|site)(?: name)? (?:is|may be|has been) (?:for sale|parked|expired|suspended).{0,60}",
    r"[\w-]{1,60}(?:\.[\w-]{2,20}){1,3} is for sale.{0,20}",
    r"(?:buy|register) this domain.{0,40}",
    r"domain (?:name )?(?:for sale|parking|expired)",
    r"account suspended",
    r"index of /.{0,80}",
    r"welcome to (?:nginx|apache|centos|plesk).{0,30}",
    r"apache.{0,20}default page.{0,30}",
    r"it works",
    r"default web ?site page",
    r"(?:site |website )?(?:coming soon|under construction)",
)
#: (how a title is, what such a page does, whether another one may stand there at the next visit)
_KINDS: Final = (
    (_GONE, "it says that there is no such page", False),
    (_ROBOTS, "it asks whether a person is reading", True),
    (_RESTING, "the site is out of order", True),
    (_SIGN_IN, "it asks to sign in or to subscribe", False),
    (_CONSENT, "it asks for consent", False),
    (_PARKED, "nobody keeps a site there", False),
)
_FOR: Final = r"(?:subscribers|members|premium|registered|logged[- ]in|paying)"
_WALL = _any(
    rf"\bthis {_THING} is (?:only |reserved |exclusively |available )*(?:for|to) (?:our )?{_FOR}",
    rf"\b(?:only )?for {_FOR} only\b|\b(?:subscribers?|members?)[- ]only\b",
    r"\b(?:subscribe|sign up|register|log ?in|sign in|upgrade|join)(?: now| today| here)?"
    r" (?:to|and|for) (?:read|continue|keep|unlock|access|view|see|get|full|unlimited)\b",
    r"\bto (?:continue|keep|finish|go on) reading\b",
    r"\bcontinue reading (?:with|by|your)\b",
    r"\b(?:unlock|get|buy|purchase|rent) (?:full |unlimited |instant |online )?(?:access\b|this article|the full)",
    r"\balready (?:have|are|a|an) (?:an? )?(?:account|subscriber|subscription|member)\b",
    r"\byou already have an account\b",
    r"\btake out (?:a|your) (?:trial|subscription)\b",
    r"\bstart (?:your|a) (?:free )?trial\b",
    r"\byour (?:free )?(?:subscription|trial) (?:renews|will|ends|can be)\b",
    r"\byou(?: have|.ve) (?:reached|read|used) (?:your|all|the) .{0,40}(?:limit|articles)\b",
    r"\bpreview of subscription content\b",
    r"\blog ?in via\b|\binstitutional (?:access|login)\b",
    r"\bforgot(?:ten)? (?:your )?password\b",
    # German
    r"\bnur für (?:unsere |registrierte |eingeloggte )?(?:abonnent|mitglieder|nutzer|plus-)",
    r"\b(?:jetzt|bitte) (?:\w{1,20} ){0,3}(?:abonnieren|abschließen|freischalten|registrieren|anmelden|testen)\b",
    r"\bprobeabo\w{0,8}\b|\bbereits (?:abonnent|ein abo|registriert|kunde)|\bum (?:\w{1,20} ){0,4}weiterzulesen\b",
    # French
    r"\bréservée?s? (?:à nos |aux |à |exclusivement aux )(?:abonné|membres)|\babonnez-vous (?:pour|et|dès)\b",
    r"\bdéjà abonné|\bpour (?:continuer|poursuivre) à lire\b",
    r"\bpour (?:continuer|poursuivre) (?:la|votre) lecture",
    # Spanish, Portuguese
    r"\b(?:exclusivo|solo|só|apenas) para (?:nuestros |nossos )?(?:suscriptores|assinantes|socios|sócios)\b",
    r"\b(?:suscríb[ae](?:se|te)|regístr[ae](?:se|te)|assine|registe-se) (?:agora |ahora )?(?:para|y|e)\b",
    r"\bya (?:es|eres) (?:suscriptor|socio)|\bjá é (?:assinante|sócio)",
    r"\bpara (?:seguir leyendo|continuar (?:leyendo|lendo|a ler))",
    # Italian
    r"\briservat[oaie] (?:agli|ai soli|ai nostri) (?:abbonati|iscritti)|\babbonati (?:ora )?per\b|\bsei già abbonat",
    r"\bper (?:continuare a|proseguire la) (?:leggere|lettura)\b",
    # Dutch
    r"\balleen voor (?:onze )?(?:abonnees|leden)\b|\bom (?:\w{1,20} ){0,3}verder te lezen\b",
    r"\bword (?:nu )?(?:abonnee|lid)\b",
    r"\b(?:al|reeds) (?:abonnee|een abonnement|een account)\b",
)
_PROOF = _any(
    r"\benable javascript\b|\bjavascript (?:is|and cookies)\b",
    r"\bverify (?:that )?you are (?:a )?human\b|\bchecking (?:that|if|your browser)\b|\bnot a robot\b",
)
_BETWEEN = re.compile(r"\s[|–—·•»:-]\s|\s?[|·•»]\s?|:\s")


def kind_by_title(titles: Iterable[str], headline: str) -> tuple[str, bool]:
    """What a page with these titles does in the entry's place, and whether only for now; ("", False) for any other.

    A title is one of these as a whole, or between separators: "Page not found | Site".
    """
    parts = {part.strip(" .!…?") for title in titles for part in (title, *_BETWEEN.split(title))} - {""}
    for pattern, what, for_now in _KINDS:
        if any(map(pattern.fullmatch, parts)) and not pattern.search(headline):
            return what, for_now
    return "", False


def is_wall(text: str) -> bool:
    """True for a paragraph that asks to pay or to sign in before one may read on."""
    return len(text) <= LONGEST_WALL and _WALL.search(text) is not None


def asks_for_proof(text: str) -> bool:
    """True for a paragraph that asks for a browser with scripts, or for a person."""
    return len(text) <= LONGEST_WALL and _PROOF.search(text) is not None
