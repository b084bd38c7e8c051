"""One invented issue in the shapes and lengths of real ones, and a reader of it: for golden mails and benches."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from digest.edition import (
    Correction,
    Letter,
    Pool,
    Templates,
    bundled_directory,
    make_edition,
    render_address_change,
    render_address_changed,
    render_already,
    render_confirmation,
    render_correction,
    render_erasure,
    render_pool,
    render_sign_in,
)
from digest.message import Addressee, Composer
from digest.models import (
    UNSHAPED,
    Bullets,
    Entry,
    Erratum,
    Evidence,
    FrozenEdition,
    IssueItem,
    Kind,
    Length,
    Match,
    Message,
    Paragraph,
    Place,
    Placement,
    Precision,
    PublishedDate,
    Section,
    SectionRole,
    Selection,
    Shape,
    Subheading,
)
from tests.factories import a_newsletter, a_summary, a_tree, a_window

DATE = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
LINKS = "https://digest.example.org"


def _match(topic: str, *words: str) -> Match:
    evidence = tuple(Evidence(words=word, place=Place.HEADLINE, weight=3.0) for word in words)
    return Match(topic_id=topic, score=9.0, evidence=evidence)


def _sections(
    takeaway: str, found: tuple[str, ...], points: tuple[str, ...], matters: str, limits: str
) -> tuple[Section, ...]:
    findings = (*map(Paragraph, found), *([Bullets(points)] if points else []))
    given = (
        Section(role=SectionRole.TAKEAWAY, blocks=(Paragraph(takeaway),)),
        Section(role=SectionRole.FINDINGS, blocks=findings),
        Section(role=SectionRole.RELEVANCE, blocks=(Paragraph(matters),)),
        Section(role=SectionRole.CONSIDERATIONS, blocks=(Paragraph(limits),)),
    )
    return tuple(section for section in given if section.role is not SectionRole.CONSIDERATIONS or limits)


def _item(number: int, headline: str, matches: tuple[Match, ...], *, fresh: bool = True, **given: object) -> IssueItem:
    entry = Entry(
        source="summaries", guid=str(number), url=f"https://research.example.org/summaries/{number}", headline=headline,
        **given,  # type: ignore[arg-type]
    )  # fmt: skip
    return IssueItem(summary=a_summary(number, entry=entry), matches=matches, fresh=fresh)


WALKING = _item(
    1,
    "Short daily walks eased tiredness in people with MS, a twelve-week trial finds",
    (_match("fatigue-sleep", "tiredness", "fatigue"),),
    people="186 adults",
    design="randomised trial",
    journal="Journal of Invented Rehabilitation",
    published=PublishedDate(day=date(2026, 11, 12), precision=Precision.DAY),
    credibility="High",
    sections=_sections(
        "People who took three ten-minute walks a day felt clearly less tired after twelve weeks than people who "
        "carried on as before, and most kept walking after the trial had ended.",
        (
            (
                "Half of the group was asked to walk for ten minutes three times a day, at any pace. The other half "
                "carried on as usual. Tiredness was measured with a short questionnaire every second week."
            ),
        ),
        (
            "Tiredness fell by almost a third in the walking group, and hardly at all in the other.",
            "Sleep became a little better; mood did not change.",
            "Seven in ten were still walking every day three months later.",
        ),
        "Tiredness is the symptom many people with MS find hardest to live with. Short walks cost nothing and can be "
        "spread over the day, so people who cannot manage longer exercise may find them possible. Family and friends "
        "can help by walking along.",
        "Everyone in this study could walk without help. People knew which group they were in, which can change how "
        "they answer questions about tiredness. Nobody was followed for longer than six months.",
    ),
)

TEENAGERS = _item(
    2,
    "An anti‑CD20 infusion twice a year kept most teenagers free of new attacks for two years",
    (_match("pediatric", "teenagers"), _match("anti-cd20", "anti‑CD20")),
    people="92 teenagers, 12 to 17 years old",
    design="open-label study",
    journal="Annals of Made-Up Neurology",
    published=PublishedDate(day=date(2026, 12, 1), precision=Precision.MONTH),
    credibility="Moderate",
    sections=_sections(
        "Nine in ten teenagers with relapsing MS had no attack in the two years after an anti‑CD20 treatment began.",
        (
            (
                "Doctors followed 92 teenagers who changed to the infusion from another treatment or began with it. "
                "Their scans were compared with those from the year before."
            ),
            (
                "New spots on brain scans became rare after the first six months. Infections were about as common as "
                "before the change; three teenagers were treated in hospital for one, and all recovered."
            ),
        ),
        (),
        "Few treatments have been studied in young people. Parents and teenagers who are weighing up a change of "
        "treatment now have some numbers to discuss with their team, including on infections.",
        "There was no comparison group, so the study cannot say how the same teenagers would have done on another "
        "treatment. Two years are short for a treatment that may be taken for decades.",
    ),
)

EYES = _item(
    3,
    "A two-minute eye scan may show nerve damage before it can be noticed",
    (_match("vision", "eye scan"), _match("fatigue-sleep")),
    fresh=False,
    people="1,204 adults at nine clinics",
    design="observational study",
    published=PublishedDate(day=date(2026, 1, 1), precision=Precision.YEAR),
    sections=_sections(
        "Thinning at the back of the eye went along with faster worsening in the years that followed.",
        ("The scan measures a layer of nerve fibres thinner than a hair. It needs no drops and no contrast dye.",),
        (
            "People with the thinnest layer were twice as likely to walk less well four years later.",
            "An earlier inflammation of the optic nerve did not explain the difference.",
        ),
        "If others find the same, an ordinary visit to the optician could one day help to decide how closely someone "
        "is followed. It cannot do so yet.",
        "",
    ),
)

EXPLAINER = _item(
    4,
    "What a relapse is, and what it is not",
    (_match("symptoms", "relapse"),),
    kind=Kind.BACKGROUND,
    journal=None,
    sections=(
        Section(
            role=SectionRole.TAKEAWAY,
            blocks=(Paragraph("New symptoms that last longer than a day, without a fever, deserve a call."),),
        ),
        Section(
            role=SectionRole.BODY,
            heading="How to tell",
            blocks=(
                Paragraph("A relapse is a new symptom, or an old one that is back, for more than twenty-four hours."),
                Paragraph("Heat, an infection or a bad night can bring old symptoms back for a while."),
            ),
        ),
        Section(
            role=SectionRole.FAQ,
            heading="Questions readers ask",
            blocks=(Subheading("Must every relapse be treated?"), Paragraph("No; it depends on what it does to you.")),
        ),
    ),
)

OUTSIDE = _item(
    5,
    "Gut bacteria differ between twins of whom one has MS",
    (_match("btk"),),
    journal="Letters on Imaginary Microbes",
    sections=(Section(role=SectionRole.TAKEAWAY, blocks=(Paragraph("What came first cannot be said."),)),),
)

FEW = (WALKING, TEENAGERS, EYES, EXPLAINER, OUTSIDE)


def many(count: int) -> tuple[IssueItem, ...]:
    """This many research items of ordinary length."""
    models = (WALKING, TEENAGERS, EYES)
    return tuple(
        replace(models[number % 3], summary=replace(models[number % 3].summary, id=number, study_id=number))
        for number in range(1, count + 1)
    )


def a_pool(
    items: tuple[IssueItem, ...] = FEW,
    *,
    shape: Shape = UNSHAPED,
    errata: tuple[Erratum, ...] = (),
    **newsletter: object,
) -> Pool:
    """The pool of an issue of these items."""
    return render_pool(
        items,
        shape=shape,
        errata=errata,
        window=a_window(),
        newsletter=a_newsletter(**newsletter),
        tree=a_tree(),
        templates=Templates([bundled_directory()]),
    )


def placed(number: int, topic: str, *also: str) -> Placement:
    """This summary under this topic."""
    return Placement(summary_id=number, study_id=number, topic_id=topic, also=also)


def a_selection(length: Length = Length.STANDARD) -> Selection:
    """Something in every part of a mail."""
    return Selection(
        length=length,
        research=(
            placed(1, "fatigue-sleep"),
            placed(3, "vision", "fatigue-sleep"),
            placed(2, "pediatric", "anti-cd20"),
        ),
        background=(placed(4, "symptoms"),),
        also_new=(placed(5, "btk"),),
        left_over=(placed(6, "vision"), placed(7, "vision")),
    )


def first(count: int, length: Length = Length.STANDARD) -> Selection:
    """The first research items of `many`, in three sections."""
    sections = ("fatigue-sleep", "pediatric", "vision")
    placements = (placed(number, sections[(number - 1) * 3 // count]) for number in range(1, count + 1))
    return Selection(length=length, research=tuple(placements))


def an_addressee(address: str = "ada@example.org", name: str = "Ada", **given: str) -> Addressee:
    """A reader with links of the usual length."""
    token = "eyJ2IjoxLCJzIjo0MiwiaSI6N30.Zm9ydHktdHdv"
    return Addressee(
        **{
            "address": address,
            "name": name,
            "preferences_url": f"{LINKS}/preferences/{token}",
            "pause_url": f"{LINKS}/pause/{token}",
            "unsubscribe_url": f"{LINKS}/unsubscribe/{token}",
            "web_url": f"{LINKS}/web/{token}",
            "confirm_url": f"{LINKS}/confirm/{token}",
            "unsubscribe_mailto": f"mailto:unsubscribe@example.org?subject={token}",
            "message_id": "<mfrggzdfmztwq2lk@example.org>",
            "sender": "bounce+mfrggzdf@example.org",
            **given,
        }
    )


def a_confirmation(**newsletter: object) -> Letter:
    """The mail that asks a new reader to confirm."""
    return render_confirmation(a_newsletter(**newsletter), Templates([bundled_directory()]), days=7)


A_CORRECTION = Correction(
    headline=WALKING.summary.entry.headline,
    issue_title="October 2026",
    url=WALKING.summary.entry.url,
    was_wrong=("We wrote that tiredness fell by a half.",),
    is_right=("Tiredness fell by almost a third in the walking group, and hardly at all in the other.",),
)


def a_correction(**given: object) -> Letter:
    """A correction of the trial of walks."""
    correction = replace(A_CORRECTION, **given)  # type: ignore[arg-type]
    return render_correction(correction, a_newsletter(), Templates([bundled_directory()]))


#: The issue as editors may leave it: an item in their words, notes for all and for some, corrections of earlier ones.
SHAPED: dict[str, Any] = {
    "items": (replace(WALKING, edited=("headline", "key takeaway")), *FEW[1:]),
    "shape": Shape(
        notes={
            "": "Dear readers,\n\nthis month two trials looked at everyday things: walking, and seeing.",
            "vision": "If reading is hard for you, every clinic in this study can send its leaflet in large print.",
        }
    ),
    "errata": (
        Erratum(
            id=1,
            headline=TEENAGERS.summary.entry.headline,
            issue_title="October 2026",
            url=TEENAGERS.summary.entry.url,
            retracted=False,
            sentence="The study followed 92 teenagers, not 920.",
        ),
        Erratum(
            id=2,
            headline=EYES.summary.entry.headline,
            issue_title="September 2026",
            url=None,
            retracted=True,
            sentence="The journal took the study back: its scans cannot be found any more.",
        ),
    ),
}


def as_a_test(edition: FrozenEdition, *topics: str) -> FrozenEdition:
    """The edition as an editor sends it to themselves."""
    return replace(edition, key="test", subject=f"[TEST] {edition.subject}", test=topics)


#: The golden mails in tests/data/mails, by name: a reader and what they chose to read.
GOLDEN = {
    "standard": (a_selection(), an_addressee()),
    "brief": (a_selection(Length.BRIEF), an_addressee(name="")),
    "full-hostile-name": (
        a_selection(Length.FULL),
        an_addressee(name="李雷 <b>Łukasz</b> & %%NAME%%\r\nBcc: x@example.org"),
    ),
    "general": (replace(a_selection(), general=True, left_over=(placed(6, "vision"),)), an_addressee()),
    "quiet": (Selection(), an_addressee()),
    "one-item": (Selection(research=(placed(1, "fatigue-sleep"),)), an_addressee()),
    "test": (a_selection(), an_addressee("editor@example.org", name="")),
}
#: And one of the issue as its editors left it.
READ_SHAPED = Selection(
    research=(placed(1, "fatigue-sleep"), placed(3, "vision")), notes=("", "vision"), corrections=(1, 2)
)
#: And the letters; those that are not of the list have nothing to unsubscribe from.
UNLISTED = {
    "change-address": lambda: render_address_change(a_newsletter(), Templates([bundled_directory()]), days=7),
    "address-changed": lambda: render_address_changed(a_newsletter(), Templates([bundled_directory()])),
    "erasure": lambda: render_erasure(a_newsletter(), Templates([bundled_directory()]), days=7),
    "sign-in": lambda: render_sign_in(a_newsletter(), Templates([bundled_directory()]), minutes=15),
}
LISTED = {
    "confirmation": a_confirmation,
    "correction": a_correction,
    "already": lambda: render_already(a_newsletter(), Templates([bundled_directory()])),
}
LETTERS = {**LISTED, **UNLISTED}
NAMES = (*GOLDEN, "shaped", *LETTERS)
MAILS = Path(__file__).parent / "data" / "mails"


def golden_messages() -> dict[str, Message]:
    """Every golden mail as it is made today."""
    return {name: composer.compose(edition, reader) for name, (composer, edition, reader) in golden().items()}


def golden_pages() -> dict[str, str]:
    """The HTML of every golden mail as it is made today."""
    return {name: composer.html(edition, reader) for name, (composer, edition, reader) in golden().items()}


@cache
def golden() -> dict[str, tuple[Composer, FrozenEdition, Addressee]]:
    """What every golden mail is made from."""
    pool = a_pool()
    composer = Composer(pool, date=DATE)
    mails = {name: (composer, make_edition(pool, chosen), reader) for name, (chosen, reader) in GOLDEN.items()}
    mails["test"] = (composer, as_a_test(mails["test"][1], "fatigue-sleep", "vision"), mails["test"][2])
    shaped = a_pool(**SHAPED)
    mails["shaped"] = (Composer(shaped, date=DATE), make_edition(shaped, READ_SHAPED), an_addressee())
    letters = {name: make() for name, make in LETTERS.items()}
    return mails | {
        name: (Composer(letter.pool, date=DATE), letter.edition, an_addressee()) for name, letter in letters.items()
    }


def write_golden_mails() -> None:
    """Put today's mails in the place of the golden ones: `python -m tests.sample_issue`, after looking at them."""
    MAILS.mkdir(parents=True, exist_ok=True)
    for name, message in golden_messages().items():
        (MAILS / f"{name}.eml").write_bytes(message.data)
    for name, page in golden_pages().items():
        (MAILS / f"{name}.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    write_golden_mails()
