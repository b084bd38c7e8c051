"""An item in its parts, by a form that needs no script: put right, moved, joined, added; nothing typed is lost."""

from __future__ import annotations

from html import unescape

import httpx2 as httpx
import pytest
from lxml.html import fromstring
from starlette.testclient import TestClient

from digest import approving, departures
from digest import desk as acts
from digest.models import (
    Bullets,
    Edit,
    EditedPart,
    Exclude,
    Kind,
    Paragraph,
    Pin,
    Section,
    SectionRole,
    Subheading,
)
from digest.parts import own_sections
from tests.factories import NOW, a_section, an_entry
from tests.web.conftest import EDITOR, OPERATOR, Desk
from tests.web.sample import ENTRIES, MIDDLE, MONTH, filled
from tests.web.test_desk_send import settled

ISSUE = f"/desk/issues/{MONTH}"
HERE = f"{ISSUE}/items/1"
BODY, FAQ, FINDINGS, LIMITS, TAKEAWAY = (
    SectionRole.BODY, SectionRole.FAQ, SectionRole.FINDINGS, SectionRole.CONSIDERATIONS, SectionRole.TAKEAWAY,
)  # fmt: skip
MIXED = an_entry(
    "mixed",
    headline="Walking eased fatigue in multiple sclerosis, a mixed-up page",
    sections=(
        a_section(TAKEAWAY, "It helped."),
        a_section(FINDINGS, "Walks helped.", "Few took part.", "Nobody was followed for long."),
        Section(role=LIMITS, blocks=(Paragraph("Talk to us."), Bullets(("by day", "by night")))),
        Section(role=BODY, heading="How", blocks=(Paragraph("By walking."),)),
        Section(role=BODY, heading="Where", blocks=(Paragraph("In a park."),)),
        Section(role=FAQ, blocks=(Subheading("For all?"), Paragraph("No."))),
    ),
    unsure=("the considerations read like an advertisement.",),
)
#: What stands in which field of that page.
TAKEN, FOUND, MATTERS, LIMITED, HOW, WHERE, ASKED = range(7)


@pytest.fixture
def editor(desk: Desk) -> TestClient:
    filled(desk.digest, (MIXED, *ENTRIES))
    return desk.of(EDITOR)


class Page:
    """The page as a browser has it: its form, filled in and sent by a button."""

    def __init__(self, browser: TestClient, answer: httpx.Response | None = None, path: str = HERE) -> None:
        self.browser = browser
        self.path = path
        self.answer = answer or browser.get(path)
        self.text = unescape(self.answer.text)
        forms = fromstring(self.answer.text).forms if self.answer.text else ()
        form = next((one for one in forms if one.action == path), None)
        self.fields: dict[str, list[str]] = {}
        for name, value in form.form_values() if form is not None else ():
            # Browsers drop the line break behind the tag, and send others as CR LF.
            self.fields.setdefault(name, []).append(value.removeprefix("\n").replace("\n", "\r\n"))

    def typed(self, **fields: object) -> Page:
        """The same with other words in fields; `text_1` is the field text-1."""
        self.fields |= {name.replace("_", "-"): [str(value)] for name, value in fields.items()}
        return self

    def chosen(self, part: int, block: int, value: object) -> Page:
        """The same with a paragraph's goal chosen."""
        self.fields[f"to-{part}"][block] = str(value)
        return self

    def pressed(self, do: str) -> Page:
        """What comes back."""
        sent = {name: values for name, values in self.fields.items() if name != "do"}
        return Page(self.browser, self.browser.post(self.path, data={**sent, "do": do}), self.path)

    def texts(self) -> list[str]:
        """What stands in the fields of the parts."""
        return [self.fields[f"text-{place}"][0].replace("\r\n", "\n") for place in range(int(self.fields["rows"][0]))]


def item_of(desk: Desk):
    return next(item for item in desk.digest.items(desk.digest.issue(MONTH)) if item.summary.id == 1)


def said(desk: Desk, role: SectionRole) -> list[tuple[object, ...]]:
    return [section.blocks for section in own_sections(item_of(desk).summary.entry, role)]


def test_each_part_has_its_field(editor: TestClient) -> None:
    """In the order of parts, lists as they are typed; an empty one for what research should have; what is in doubt."""
    page = Page(editor)
    assert page.texts() == [
        "It helped.", "Walks helped.\n\nFew took part.\n\nNobody was followed for long.", "",
        "Talk to us.\n\n- by day\n- by night",
        "By walking.", "In a park.", "## For all?\n\nNo.",
    ]  # fmt: skip
    assert [page.fields[f"heading-{place}"] for place in (HOW, WHERE, ASKED)] == [["How"], ["Where"], [""]]
    assert "The considerations read like an advertisement." in page.text and "Not saved yet" not in page.text


def test_an_explainer_has_fields_for_its_own_parts_only(desk: Desk) -> None:
    """What only research has is none of it, unless somebody adds it."""
    sections = (Section(role=BODY, heading="What it is", blocks=(Paragraph("Words on multiple sclerosis."),)),)
    filled(desk.digest, (an_entry("x", headline="Multiple sclerosis", kind=Kind.BACKGROUND, sections=sections),))
    page = Page(desk.of(EDITOR))
    assert page.texts() == ["Words on multiple sclerosis."]
    assert page.typed(new="faq").pressed("add").texts() == ["Words on multiple sclerosis.", ""]


def test_nothing_is_saved_where_nothing_changed(desk: Desk, editor: TestClient) -> None:
    """The fields hold what stands, and saving them is no act."""
    page = Page(editor).pressed("save")
    assert page.answer.headers["location"] == f"{ISSUE}#item-1"
    said = "Nothing was changed: no other words were given for “Walking eased fatigue in multiple sclerosis, a mixed-up"
    assert said in unescape(editor.get(ISSUE).text) and desk.digest.store.acts(1) == ()


def test_a_part_is_put_right(desk: Desk, editor: TestClient) -> None:
    """It stands on the issue's page, marked, with the source's own a click away; the doubt is settled."""
    Page(editor).typed(text_1="- Walks helped.\r\n- A little.", headline="Short walks").pressed("save")
    page = unescape(editor.get(ISSUE).text)
    assert "Edited the headline and what they found of" in page
    assert "<li>A little.</li>" in page and "<h4>What they found</h4>\n<p>Walks helped.</p>" in page
    assert item_of(desk).edited == ("headline", "what they found") and item_of(desk).doubts == ()
    assert "in doubt" not in page


def test_considerations_change_with_a_reason_only(desk: Desk, editor: TestClient) -> None:
    """Without one nothing is saved and nothing is lost; with it the log tells."""
    page = Page(editor).typed(text_3="Few took part.", text_0="It may help.").pressed("save")
    assert page.answer.status_code == 422 and "Say why the important considerations" in page.text
    assert (page.texts()[LIMITED], page.texts()[TAKEN]) == ("Few took part.", "It may help.")
    assert desk.digest.store.acts(1) == ()
    page.typed(reason="an offer of the site").pressed("save")
    assert said(desk, LIMITS) == [(Paragraph("Few took part."),)]
    assert "(an offer of the site)" in unescape(editor.get(f"{ISSUE}/log").text)


def test_considerations_do_not_vanish_by_mistake(desk: Desk, editor: TestClient) -> None:
    """Only where somebody says that there are none, and why; what was ticked and typed is still there before."""
    page = Page(editor).typed(text_3=" ", reason="an offer").pressed("save")
    assert page.answer.status_code == 422 and "would be empty" in page.text
    page = page.typed(no_limits="1", reason="").pressed("save")
    assert page.answer.status_code == 422 and page.fields["no-limits"] == ["1"]
    page.typed(reason="an offer").pressed("save")
    assert said(desk, LIMITS) == [] and "The source names none; the mail says so." in editor.get(ISSUE).text


def test_no_limits_is_not_ticked_where_limits_stand(desk: Desk, editor: TestClient) -> None:
    """It says what contradicts what, and keeps the tick and what was typed."""
    page = Page(editor).typed(no_limits="1", reason="they are none").pressed("save")
    assert page.answer.status_code == 422 and "important considerations stand there" in page.text
    assert page.fields["no-limits"] == ["1"] and page.fields["reason"] == ["they are none"]
    page.typed(text_3="").pressed("save")
    assert said(desk, LIMITS) == []


def test_an_item_has_a_headline(desk: Desk, editor: TestClient) -> None:
    """An empty one is refused in words, whatever else was typed."""
    page = Page(editor).typed(headline=" ", text_0="It may help.").pressed("save")
    assert page.answer.status_code == 422 and "The headline is empty" in page.text
    assert page.texts()[TAKEN] == "It may help." and desk.digest.store.acts(1) == ()


def test_an_item_keeps_words(desk: Desk, editor: TestClient) -> None:
    """One without any is left out instead."""
    page = (
        Page(editor).typed(**{f"text_{place}": "" for place in range(7)}, no_limits="1", reason="why").pressed("save")
    )
    assert page.answer.status_code == 422 and "leave the item out" in page.text and "summary 1" not in page.text
    assert desk.digest.store.acts(1) == ()


def test_the_log_says_what_came_where(desk: Desk, editor: TestClient) -> None:
    """What only went to another part was not taken away."""
    page = Page(editor).chosen(FOUND, 1, TAKEN).pressed(f"move {FOUND}")
    page.chosen(HOW, 0, TAKEN).pressed(f"move {HOW}").chosen(WHERE, 0, TAKEN).pressed(f"move {WHERE}").pressed("save")
    words = "Moved words from what they found to the key takeaway and moved the text to the key takeaway of “Walking"
    assert words in unescape(editor.get(ISSUE).text)


def test_paragraphs_move_to_other_parts(desk: Desk, editor: TestClient) -> None:
    """Several at once, in their order: down before what was there, up behind it, and out. Nothing is saved by it."""
    page = Page(editor).chosen(LIMITED, 0, "out").chosen(LIMITED, 1, TAKEN).pressed(f"move {LIMITED}")
    page = page.chosen(FOUND, 1, LIMITED).chosen(FOUND, 2, LIMITED).pressed(f"move {FOUND}")
    assert page.texts()[:4] == [
        "It helped.\n\n- by day\n- by night", "Walks helped.", "", "Few took part.\n\nNobody was followed for long.",
    ]  # fmt: skip
    assert page.answer.status_code == 200 and "Not saved yet." in page.text and desk.digest.store.acts(1) == ()
    page.typed(reason="they stood among the findings").pressed("save")
    assert said(desk, LIMITS) == [(Paragraph("Few took part."), Paragraph("Nobody was followed for long."))]
    assert len(desk.digest.store.acts(1)) == 1


def test_a_button_moves_what_is_chosen_in_its_part(editor: TestClient) -> None:
    """What is chosen in others is chosen still, wherever they and their goals stand by then; then it goes, too."""
    page = Page(editor).chosen(ASKED, 1, WHERE).chosen(FOUND, 0, "references").chosen(WHERE, 0, "references")
    page = page.chosen(HOW, 0, "new").chosen(LIMITED, 1, "out").pressed(f"move {HOW}")
    assert page.texts()[FOUND].startswith("Walks helped.") and page.texts()[HOW : HOW + 3] == [
        "", "In a park.", "By walking."]  # fmt: skip
    asked = ASKED + 1
    assert (page.fields[f"to-{asked}"], page.fields[f"to-{LIMITED}"]) == (["", str(WHERE)], ["", "out"])
    page = page.pressed(f"move {FOUND}")
    references = asked + 1
    assert page.texts()[references] == "Walks helped." and page.fields[f"to-{WHERE}"] == [str(references)]
    page = page.pressed(f"join {WHERE}")
    assert page.fields[f"to-{HOW}"] == ["", str(references - 1)] and page.fields[f"to-{asked - 1}"] == ["", str(HOW)]
    page = page.typed(text_3="Other.").pressed("save")
    assert page.answer.status_code == 422 and page.fields[f"to-{asked - 1}"] == ["", str(HOW)]


def focused(page: Page) -> str | None:
    """The id of what the page goes on with."""
    (found,) = fromstring(page.answer.text).xpath("//*[@autofocus]") or [None]
    return None if found is None else found.get("id")


def test_the_page_goes_on_where_the_words_went(editor: TestClient) -> None:
    """Down, up, to a new section, or out; and it says what came, or went."""
    page = Page(editor).chosen(FOUND, 1, LIMITED).pressed(f"move {FOUND}")
    assert focused(page) == f"text-{LIMITED}" and "Came here: “Few took part.”" in page.text
    page = page.chosen(WHERE, 0, TAKEN).pressed(f"move {WHERE}")
    assert focused(page) == f"text-{TAKEN}" and "Few took part.”" not in page.text
    page = page.chosen(HOW, 0, "new").pressed(f"move {HOW}")
    assert focused(page) == f"text-{WHERE + 1}"
    page = page.chosen(FOUND, 0, "out").pressed(f"move {FOUND}")
    assert focused(page) == f"text-{FOUND}" and "Taken out: “Walks helped.”" in page.text
    assert focused(page.typed(new="references").pressed("add")) == f"text-{ASKED + 2}"
    assert focused(page.pressed(f"join {WHERE}")) == f"text-{HOW}"
    assert focused(page.pressed(f"restore {HOW}")) == f"text-{HOW}" and focused(Page(editor)) is None


def test_what_is_wrong_is_said_at_its_field(editor: TestClient) -> None:
    """It is marked, named by the words beside it, and where the page goes on; a link leads there."""
    wrong = {
        "reason": {"text_3": "Few."}, "no-limits": {"text_3": "", "reason": "why"}, "headline": {"headline": ""},
        "text-1": {"text_1": "x" * 50_001},
    }  # fmt: skip
    for field, fields in wrong.items():
        page = Page(editor).typed(**fields).pressed("save")
        (marked,) = fromstring(page.answer.text).xpath("//*[@aria-invalid='true']")
        assert marked.get("id") == focused(page) == field and f'href="#{field}"' in page.text
        assert "fault" in marked.get("aria-describedby").split()
        assert fromstring(page.answer.text).get_element_by_id("fault").text_content()


def test_no_two_goals_are_called_the_same(desk: Desk) -> None:
    """Sections are told by their headings or first words, and by their numbers; a part of one name by that alone."""
    bare = Section(role=BODY, blocks=(Paragraph("They met every week."),))
    filled(desk.digest, (an_entry("x", headline="Multiple sclerosis", sections=(
        Section(role=TAKEAWAY, heading="Key takeaway", blocks=(Paragraph("It helped."),)), bare, bare,
        Section(role=BODY, heading="Who paid?", blocks=(Paragraph("The town."),)))),))  # fmt: skip
    page = fromstring(Page(desk.of(EDITOR)).answer.text)
    goals = [one.text for one in page.xpath("//select[@name='to-0']/option")]
    assert goals[4:7] == ["Text 1 of 3: “They met every week.”", "Text 2 of 3: “They met every week.”",
                          "Text 3 of 3: Who paid?"]  # fmt: skip
    assert "Key takeaway" in [one.text for one in page.xpath("//select[@name='to-4']/option")]
    named = [one.get("aria-label") for one in page.xpath("//button[@aria-label]")]
    assert len(set(named)) == len(named)


def test_an_empty_part_says_that_it_is_not_printed(editor: TestClient) -> None:
    """As long as its field is empty; so does a heading over nothing."""
    page = Page(editor).chosen(HOW, 0, TAKEN).pressed(f"move {HOW}")
    field = fromstring(page.answer.text).get_element_by_id(f"text-{HOW}")
    assert field.get("aria-describedby") == f"empty-{HOW}"
    assert "neither it nor its heading" in fromstring(page.answer.text).get_element_by_id(f"empty-{HOW}").text


def test_the_source_s_headline_comes_back(editor: TestClient) -> None:
    """By a button, as any part's words do, and beside what else was typed."""
    page = Page(editor).typed(headline="Other", text_0="It may help.").pressed("restore headline")
    assert page.fields["headline"] == [MIXED.headline] and page.texts()[TAKEN] == "It may help."
    assert focused(page) == "headline"


def test_only_what_would_be_lost_is_not_saved(editor: TestClient) -> None:
    """A part that was added empty is nothing to be asked about."""
    page = Page(editor).typed(new="references").pressed("add")
    assert "Not saved yet." not in page.text
    assert "Not saved yet." in page.typed(text_1="Mine.").pressed("add").text


def test_a_paragraph_moves_to_a_part_of_its_own(editor: TestClient) -> None:
    """To a new section, or to a part that the item did not have."""
    page = Page(editor).chosen(FOUND, 0, "new").chosen(FOUND, 1, "references").chosen(FOUND, 2, "new").pressed("move 1")
    assert page.texts() == [
        "It helped.", "", "", "Talk to us.\n\n- by day\n- by night", "By walking.", "In a park.",
        "Walks helped.\n\nNobody was followed for long.", "## For all?\n\nNo.", "Few took part.",
    ]  # fmt: skip


def test_what_was_typed_moves_along(editor: TestClient) -> None:
    """Words that were changed elsewhere stay; a paragraph that went up or down in its field is still found."""
    page = (
        Page(editor).typed(text_1="New.\r\n\r\nFew took part.", text_0="Typed.", reason="why").chosen(FOUND, 1, LIMITED)
    )
    page = page.pressed("move 1")
    assert page.texts()[:4] == ["Typed.", "New.", "", "Few took part.\n\nTalk to us.\n\n- by day\n- by night"]
    assert page.fields["reason"] == ["why"]


def test_a_paragraph_that_is_not_there_any_more_is_not_moved(editor: TestClient) -> None:
    """Its words were changed after the list was made: it says so, and what was typed stands there."""
    page = (
        Page(editor)
        .typed(text_1="Walks helped.\r\n\r\nHardly anybody took part.")
        .chosen(FOUND, 1, LIMITED)
        .pressed("move 1")
    )
    assert page.answer.status_code == 422 and "choose once more" in page.text
    assert page.texts()[FOUND] == "Walks helped.\n\nHardly anybody took part."
    assert page.chosen(FOUND, 1, LIMITED).pressed("move 1").texts()[LIMITED].startswith("Hardly anybody took part.")


def test_parts_are_joined(editor: TestClient) -> None:
    """A section with the one above, its heading between them; of a part with a name of its own the words alone."""
    page = Page(editor).pressed(f"join {WHERE}")
    assert page.texts()[HOW] == "By walking.\n\n## Where\n\nIn a park." and len(page.texts()) == 6
    assert Page(editor).pressed(f"join {LIMITED}").texts()[MATTERS] == "Talk to us.\n\n- by day\n- by night"


def test_the_source_s_words_come_back_part_by_part(desk: Desk, editor: TestClient) -> None:
    """Into the field first; saved, nothing of the part is an edit any more, and no reason is asked for."""
    Page(editor).typed(text_3="Few took part.", text_4="On foot.", heading_4="By what", reason="why").pressed("save")
    page = Page(editor)
    assert "<p>Talk to us.</p>" in page.text and page.text.count("Take these words again") == 4
    page = page.pressed(f"restore {LIMITED}").pressed(f"restore {HOW}")
    assert (page.texts()[LIMITED], page.fields["heading-4"]) == ("Talk to us.\n\n- by day\n- by night", ["How"])
    page.pressed("save")
    assert item_of(desk).edited == () and desk.digest.shape(desk.digest.issue(MONTH)).edits == {}


def test_what_is_left_is_what_it_was(desk: Desk, editor: TestClient) -> None:
    """A section whose words went elsewhere is shown empty, with its own to be had again; the next one stays itself."""
    Page(editor).chosen(HOW, 0, LIMITED).pressed(f"move {HOW}").typed(reason="why").pressed("save")
    page = Page(editor)
    assert (page.texts()[HOW], page.texts()[WHERE]) == ("", "In a park.")
    assert [page.fields[f"heading-{place}"] for place in (HOW, WHERE)] == [["How"], ["Where"]]
    where = fromstring(page.answer.text).get_element_by_id("part-body-2").text_content()
    assert "edited" not in where and "In a park." in where and "By walking." not in where
    page = page.pressed(f"restore {HOW}")
    assert (page.texts()[HOW], page.texts()[WHERE]) == ("By walking.", "In a park.")
    assert Page(editor).pressed("save").answer.status_code == 303 and len(desk.digest.store.acts(1)) == 1


def test_all_of_it_comes_back_at_once(desk: Desk, editor: TestClient) -> None:
    """By the button on the issue's page."""
    Page(editor).typed(text_3="Few took part.", headline="Short", reason="why").pressed("save")
    page = Page(editor, path=ISSUE)
    version = desk.digest.shape(desk.digest.issue(MONTH)).version
    form = {
        "csrf": fromstring(page.answer.text).forms[-1].fields["csrf"],
        "do": "edit",
        "id": 1,
        "on": version,
        "restore": 1,
    }
    editor.post(f"{ISSUE}/shape", data=form)
    assert item_of(desk).edited == ()


def test_what_the_check_found_stands_over_the_fields(desk: Desk, editor: TestClient) -> None:
    """Once somebody has looked; what is in doubt stands there anyhow, and once."""
    Page(editor).typed(text_1="Walks helped. Read More").pressed("save")
    settled(editor, f"{ISSUE}/check")
    assert "Error, leftovers:" in Page(editor).text and "Error, leftovers:" in editor.get(ISSUE).text


def test_it_is_said_to_be_read_right(desk: Desk, editor: TestClient) -> None:
    """No word changes; it can be taken back, here or by undo."""
    Page(editor).pressed("confirm")
    assert item_of(desk).doubts == () and item_of(desk).edited == ()
    assert "Somebody saw that it was read right." in Page(editor).text
    Page(editor).pressed("doubt")
    assert item_of(desk).doubts == MIXED.unsure


def test_the_issue_says_what_is_in_doubt_and_takes_the_answer(desk: Desk, editor: TestClient) -> None:
    """With a way to its parts, and a button that settles it."""
    page = editor.get(ISSUE)
    assert "It may have been read wrongly." in page.text and f'href="{HERE}"' in page.text
    (form,) = [one for one in fromstring(page.text).forms if one.fields.get("do") == "confirm"]
    editor.post(f"{ISSUE}/shape", data=dict(form.form_values()))
    assert item_of(desk).doubts == ()


def test_who_typed_something_does_not_lose_it_by_confirming(desk: Desk, editor: TestClient) -> None:
    """It is asked to be saved, which settles the doubt as well."""
    page = Page(editor).typed(text_0="It may help.").pressed("confirm")
    assert page.answer.status_code == 422 and page.texts()[TAKEN] == "It may help."
    assert desk.digest.store.acts(1) == ()


def test_the_second_of_two_editors_loses_nothing(desk: Desk, editor: TestClient) -> None:
    """They are told who did what, before anything else is asked; what they typed is there, and the next try counts."""
    page = Page(editor).typed(text_1="Mine.", headline="My headline")
    theirs = Edit(summary_id=1, parts=(EditedPart(role=LIMITS, text="Theirs."),), reason="why")
    acts.change(desk.digest, desk.digest.issue(MONTH), [theirs], by="ben@example.org")
    page = page.pressed("save")
    assert page.answer.status_code == 409 and "ben@example.org edited the important considerations" in page.text
    assert page.text.lower().count("somebody was faster") == 1
    assert (page.texts()[FOUND], page.fields["headline"]) == ("Mine.", ["My headline"])
    assert page.fields["on"] == ["1"]
    page.typed(text_3="Theirs.").pressed("save")
    assert said(desk, FINDINGS) == [(Paragraph("Mine."),)] and said(desk, LIMITS) == [(Paragraph("Theirs."),)]


def test_arranging_does_not_hide_what_others_did(desk: Desk, editor: TestClient) -> None:
    """Whoever only arranged meanwhile is told when they save."""
    page = Page(editor)
    acts.change(desk.digest, desk.digest.issue(MONTH), [Pin(summary_id=1)], by="ben@example.org")
    page = page.chosen(FOUND, 1, TAKEN).pressed("move 1")
    assert page.fields["on"] == ["0"]
    assert page.pressed("save").answer.status_code == 409


def test_a_new_text_of_the_source_is_no_text_that_was_seen(desk: Desk, editor: TestClient) -> None:
    """Who typed for another one is told, sees the new one beside it, and decides; earlier words are asked about."""
    Page(editor).typed(text_1="Mine.").pressed("save")
    page = Page(editor).typed(text_0="It may help.")
    again = an_entry("mixed", headline=MIXED.headline, fingerprint="new",
                     sections=(a_section(TAKEAWAY, "It harmed."), *MIXED.sections[1:]))  # fmt: skip
    desk.digest.store.add_entries([again], now=MIDDLE)
    desk.digest.compose(desk.digest.window(MONTH))
    page = page.pressed("save")
    assert page.answer.status_code == 409 and "has changed its text since" in page.text
    assert page.texts()[TAKEN] == "It may help." and "<p>It harmed.</p>" in page.text
    assert "Its source changed its text after an editor had put it right" in page.text
    assert page.pressed("save").answer.status_code == 303
    assert said(desk, TAKEAWAY) == [(Paragraph("It may help."),)]


def test_what_was_left_out_may_be_put_right(desk: Desk, editor: TestClient) -> None:
    """It says where it stands, and counts when the item is back."""
    acts.change(desk.digest, desk.digest.issue(MONTH), [Exclude(summary_id=1, reason="not clear")], by="ben")
    page = Page(editor)
    assert ">left out<" in page.text and f'href="{HERE}"' in editor.get(ISSUE).text
    page.typed(text_1="Mine.").pressed("save")
    assert 1 in desk.digest.shape(desk.digest.issue(MONTH)).edits


def test_what_has_left_is_only_looked_at(desk: Desk) -> None:
    """There is no button, and a form that was open is refused."""
    filled(desk.digest, ENTRIES)
    editor = desk.of(EDITOR)
    page = Page(editor).typed(text_0="Late.")
    departures.send(desk.digest, approving.approve(desk.digest, desk.digest.issue(MONTH), by="ada@example.org"))
    now = Page(editor)
    assert 'name="do"' not in now.text and "readonly" in now.text
    late = page.pressed("save")
    assert late.answer.status_code == 409 and late.texts()[TAKEN] == "Late."


def test_a_change_of_a_part_voids_the_approval(desk: Desk) -> None:
    """As any other; saying that it is right does not."""
    approving.approve(desk.digest, filled(desk.digest, (MIXED, *ENTRIES)), by="ada@example.org")
    editor = desk.of(EDITOR)
    Page(editor).pressed("confirm")
    assert "The approval no longer holds" not in editor.get(ISSUE).text
    Page(editor).typed(text_1="Mine.").pressed("save")
    assert "The approval no longer holds" in editor.get(ISSUE).text


@pytest.mark.parametrize("do", ["", "explode", "move", "join 0", "join 99", "restore x", "save x"])
def test_a_button_that_is_none_of_ours_loses_nothing(desk: Desk, editor: TestClient, do: str) -> None:
    """What was typed is still there, whatever was asked for."""
    page = Page(editor).typed(text_0="Mine.", rows=7).pressed(do)
    assert page.answer.status_code in (200, 303, 422)
    assert page.answer.status_code == 303 or page.texts()[TAKEN] == "Mine."


@pytest.mark.parametrize(
    "fields", [{"rows": "x"}, {"rows": "999999"}, {"role_0": "limits"}, {"revision": "x"}, {"on": ""}]
)
def test_a_form_that_is_none_of_ours_is_refused(desk: Desk, editor: TestClient, fields: dict[str, str]) -> None:
    """In words, and nothing is written."""
    answer = Page(editor).typed(**fields).pressed("save").answer
    assert answer.status_code == 422 and desk.digest.store.acts(1) == ()


def test_there_is_no_page_for_what_is_not_in_the_issue(editor: TestClient) -> None:
    """Nor for an item of no issue; and none for strangers."""
    assert editor.get(f"{ISSUE}/items/99").status_code == 404
    assert editor.get("/desk/issues/2031-01/items/1").status_code == 404
    editor.cookies.clear()
    assert editor.get(HERE).status_code == 303


def test_a_form_of_another_site_changes_nothing(desk: Desk, editor: TestClient) -> None:
    """It does not know what ours do."""
    assert Page(editor).typed(csrf="0" * 40, text_0="Theirs.").pressed("save").answer.status_code == 403
    assert desk.digest.store.acts(1) == ()


def test_hostile_words_stay_words(desk: Desk, editor: TestClient) -> None:
    """In the fields, in the lists, beside them, in the log and in the mail."""
    words = "</textarea><script>alert(1)</script>"
    Page(editor).typed(text_1=words, text_4=words, heading_4=words, text_3=words, reason=words).pressed("save")
    for path in (HERE, ISSUE, f"{ISSUE}/log", f"{ISSUE}/mail"):
        assert "<script>alert" not in editor.get(path).text
    assert desk.of(OPERATOR).get(HERE).status_code == 200 and NOW
