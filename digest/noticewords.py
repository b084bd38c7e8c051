"""The words of notices that something published no longer holds, in the languages of the sources."""

from __future__ import annotations

import re

PERSON = r"(?:editorial|editors?['’]?s?|publishers?['’]?s?|authors?['’]?s?|journal)"
PRINTED = r"(?:article|paper|manuscript|publication|artikel|artículo|artigo|articolo)"
BEFORE = (
    rf"(?:{PERSON}|{PRINTED}|study|étude|studie|estudio|estudo|partial(?:ly)?|temporar(?:y|ily)|formal(?:ly)?|full|published"
    r"|second|further)"
)
#: Past participles: they say what was done to the paper.
DONE_ABROAD = (
    r"rétractée?|zurückgezogen(?:e[rs]?)?|retractad[oa]|retratad[oa]|ritrattat[oa]|retirad[oa]|ritirat[oa]|ingetrokken"
    r"|teruggetrokken|tilbagetrukket|trukket tilbake|tillbakadrag(?:en|et)|wycofan[aey]"
)
TAKEN_BACK_ABROAD = (
    rf"{DONE_ABROAD}|rétractations?|retraktion|zurückziehung|widerruf|rückzug|retractación|retratação|ritrattazione"
    r"|intrekking|retrait|ritiro|撤稿|撤回"
)
PUT_RIGHT_ABROAD = (
    r"berichtigung(?:en)?|korrektur(?:en)?|korrigend(?:um|a)|rectificatie|rectificatif|correctif|corrección|correzione"
    r"|correção|correctie|fe de erratas|erratas|rättelse|rettelse|sprostowanie"
    r"|expression de (?:préoccupation|réserves?)|expresión de preocupación|更正|訂正|勘误"
)
DOUBTED = (
    r"expressions? of (?:editorial |editors?['’]?s? |publishers?['’]?s? )?concern"
    r"|(?:duplicate|redundant) publication|violation of [\w ]{0,30}publication principles"
)
CORE = (
    r"errata[ -]corrige|retract(?= (?:and|&) replace)"
    r"|retract(?:ed|ions?)|withdrawn|withdrawals?|remov(?:ed|als?)|correct(?:ed|ions?)|corrigend(?:um|a)|errat(?:um|a)"
    r"|addend(?:um|a)|amend(?:ed|ments?)|rectifications?|clarifications?"
    rf"|{DOUBTED}|{TAKEN_BACK_ABROAD}|{PUT_RIGHT_ABROAD}"
)
NOTE = r"(?:notes?|notices?|statements?|letters?|announcements?)"
AFTER = (
    rf"(?:articles?|papers?|publications?|study|manuscripts?|artikel|{NOTE}|version|in part|d[’'](?:un )?article"
    r"|(?:and|&) (?:republished|republication|replacement|replaced?|withdrawal|retraction|correction))"
)
#: A whole sentence about the paper itself.
SENTENCE = (
    r"(?:this|the|the following|the above) (?:published )?"
    r"(?:article|paper|study|publication|manuscript|preprint|report)"
    r" (?:has been|was|is) (?:now |hereby |formally |officially |temporarily )?"
    r"(?P<was>retracted|withdrawn|removed|corrected)"
    r"|(?:cet article|dieser artikel|este artículo|este artigo|questo articolo|dit artikel)"
    rf" (?:a été|est|wurde|ist|ha sido|fue|foi|è stato|is|werd) (?P<fut>{DONE_ABROAD})"
)
LABEL = (
    rf"(?:(?:(?:{BEFORE} )?(?P<paper>(?:{NOTE}|avis|nota) (?:of|on|to|de|di) (?:an? |the )?))(?:{BEFORE} ){{0,2}}"
    rf"(?P<noun>{CORE}|concern)(?: {AFTER}){{0,2}}"
    rf"|(?P<before>(?:{BEFORE} ){{0,2}})(?P<core>{CORE})(?P<after>(?: {AFTER}){{0,2}})|{SENTENCE})"
)
#: Words that name nothing but a notice.
NOTHING_ELSE = ("corrigend", "errat", "addend", "concern", "korrigend", "fe de err", "violation")
#: Words that are about research more often than about papers, even in front of a colon.
WEAK = ("remov", "amend", "rectification", "clarification", "rückzug", "retrait", "ritiro", "retirada", "ritirata")
TAKES_BACK = re.compile(rf"retract|withdraw|remov|{TAKEN_BACK_ABROAD}", re.IGNORECASE)
DONE = re.compile(rf"retracted|withdrawn|corrected|{DONE_ABROAD}", re.IGNORECASE)
MANY = re.compile(
    r"\b(?:retractions|withdrawals|corrections|removals|errata|corrigenda|addenda|articles|papers|notices|notes"
    r"|statements|letters|publications|manuscripts|expressions)\b",
    re.IGNORECASE,
)
