"""What editors did to an issue in words, for the log and whoever comes second; and what is so already."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from digest.models import (
    Act,
    Approve,
    Change,
    Confirm,
    Edit,
    Exclude,
    Include,
    Move,
    Note,
    Order,
    Pin,
    Redo,
    Schedule,
    SectionRole,
    Title,
    Undo,
    Withdraw,
)
from digest.parts import PART_NAMES


def told_since(acts: Sequence[Act]) -> str:
    """What somebody else did meanwhile, for whoever comes second."""
    done = "; ".join(f"{one.by} {told(one)}" for one in acts[:3])
    more = f"; and {len(acts) - 3} more" if len(acts) > 3 else ""
    return f"nothing was changed, for somebody was faster: {done}{more}. Look at the issue again, then decide"


def told(act: Act) -> str:
    """What somebody did, in one line: `moved summary 12 to btk; excluded summary 3 (a letter, no study)`."""
    return "; ".join(map(_told, act.steps))


@singledispatch
def _told(_step: object) -> str:
    return "did something"


@_told.register
def _(step: Pin) -> str:
    return f"{'pinned' if step.pinned else 'unpinned'} summary {step.summary_id}"


@_told.register
def _(step: Exclude) -> str:
    later = ", a later issue may take it" if step.later else ""
    return f"excluded summary {step.summary_id} ({step.reason}{later})"


@_told.register
def _(step: Include) -> str:
    return f"took summary {step.summary_id} in again"


@_told.register
def _(step: Move) -> str:
    where = f"to {step.topic_id}" if step.topic_id else "back to its own topics"
    return f"moved summary {step.summary_id} {where}"


@_told.register
def _(step: Order) -> str:
    where = "first" if step.after is None else f"behind summary {step.after}"
    return f"put summary {', '.join(map(str, step.summary_ids))} {where}"


@_told.register
def _(step: Edit) -> str:
    done: dict[str, list[str]] = {"edited": [], "took away": [], "restored": []}
    for name, words in (("headline", step.headline), ("key takeaway", step.takeaway)):
        if words is not None:
            done["edited" if words else "restored"].append(f"the {name}")
    only_moved = {role for one in step.moved if one.only for role in (one.source, one.target)}
    only_moved -= {role for one in step.moved if not one.only for role in (one.source, one.target)}
    for role in PART_NAMES:
        given = [part.text for part in step.parts if part.role is role]
        if given and role not in only_moved:
            done["edited" if any(given) else "took away"].append(_the(role))
        if role in step.restore and role not in only_moved:
            done["restored"].append(_the(role))
    moves = [
        f"moved {'' if one.whole else 'words from '}{_the(one.source)} to {_the(one.target)}" for one in step.moved
    ]
    told_all = enumerated([*moves, *(f"{did} {enumerated(names)}" for did, names in done.items() if names)])
    why = f" ({step.reason})" if step.reason else ""
    return f"{told_all or 'edited nothing'} of summary {step.summary_id}{why}"


def _the(role: SectionRole) -> str:
    name = PART_NAMES[role]
    return name if role in (SectionRole.FINDINGS, SectionRole.RELEVANCE) else f"the {name}"


def enumerated(words: Sequence[str]) -> str:
    """The words in a row: `a`, `a and b`, `a, b and c`."""
    *first, last = words or [""]
    return f"{', '.join(first)} and {last}" if first else last


@_told.register
def _(step: Confirm) -> str:
    if step.confirmed:
        return f"saw that summary {step.summary_id} was read right"
    return f"was not sure any more that summary {step.summary_id} was read right"


@_told.register
def _(step: Note) -> str:
    return f"{'wrote' if step.text else 'took away'} the note {_for(step.topic_id)}"


@_told.register
def _(step: Title) -> str:
    words = [
        f"{'wrote' if text else 'took away'} the {name}"
        for name, text in (("subject", step.subject), ("preheader", step.preheader))
        if text is not None
    ]
    return f"{' and '.join(words) or 'wrote no subject'} {_for(step.topic_id)}"


def _for(topic_id: str) -> str:
    return f"for readers of {topic_id}" if topic_id else "for all readers"


@_told.register
def _(_step: Undo) -> str:
    return "undid the last act"


@_told.register
def _(_step: Redo) -> str:
    return "did again what was undone"


@_told.register
def _(step: Approve) -> str:
    despite = f" although the check found errors ({step.despite})" if step.despite else ""
    return f"approved {step.content_hash[:12]}{despite}"


@_told.register
def _(step: Withdraw) -> str:
    return f"withdrew the approval{f' ({step.reason})' if step.reason else ''}"


@_told.register
def _(step: Schedule) -> str:
    return f"scheduled it, not before {step.at:%Y-%m-%d %H:%M} UTC" if step.at else "took the schedule away"


# --- what is so already --------------------------------------------------------------------------------------


def so_already(changes: Sequence[Change]) -> str:
    """What is the case already of all that is asked for, in one line."""
    if not changes:
        return "nothing was changed: nothing was asked for"
    return f"nothing was changed: {'; '.join(dict.fromkeys(map(_already, changes)))}"


@singledispatch
def _already(_change: object) -> str:
    return "nothing was named that should stand elsewhere"


@_already.register
def _(change: Pin) -> str:
    return f"summary {change.summary_id} is {'pinned already' if change.pinned else 'not pinned'}"


@_already.register
def _(change: Exclude) -> str:
    return f"summary {change.summary_id} is excluded for this reason already"


@_already.register
def _(change: Include) -> str:
    return f"summary {change.summary_id} is not excluded"


@_already.register
def _(change: Move) -> str:
    where = f"in {change.topic_id}" if change.topic_id else "with its own topics"
    return f"summary {change.summary_id} stands {where} already"


@_already.register
def _(change: Edit) -> str:
    if change.headline or change.takeaway or change.parts:
        return f"summary {change.summary_id} says just that already"
    if change.restore or change.headline is not None or change.takeaway is not None:
        return f"summary {change.summary_id} says what its source says already"
    return f"no other words were given for summary {change.summary_id}"


@_already.register
def _(change: Confirm) -> str:
    seen = "somebody saw already" if change.confirmed else "nobody said"
    return f"{seen} that summary {change.summary_id} was read right"


@_already.register
def _(change: Note) -> str:
    is_so = "says that already" if change.text.strip() else "is empty already"
    return f"the note {_for(change.topic_id)} {is_so}"


@_already.register
def _(change: Title) -> str:
    return f"subject and preheader {_for(change.topic_id)} are these already"
