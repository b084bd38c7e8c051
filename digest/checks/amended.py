"""Studies that were taken back, or are said to be: they are no news."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from digest.checks.flaws import Flaw, Rule, Severity
from digest.models import Amendment, Correction, CorrectionState, IssueItem


def check_amended(item: IssueItem, corrections: Mapping[int, Correction]) -> Iterator[Flaw]:
    """An item whose study was withdrawn, or of which a source says so and nobody has decided what that means.

    Args:
        item: what is printed.
        corrections: what is proposed or stands, by the study it is about.
    """
    found = corrections.get(item.summary.study_id)
    if found is None:
        return
    undecided = found.state is CorrectionState.PROPOSED
    said = "was retracted" if found.kind is Amendment.RETRACTED else "was corrected"
    if not undecided and found.kind is Amendment.CORRECTED:
        return
    yield Flaw(
        rule=Rule.AMENDED,
        severity=Severity.ERROR if found.kind is Amendment.RETRACTED else Severity.WARNING,
        message=f"its source says that the study {said}" if undecided else f"the study {said} (correction {found.id})",
        advice=f"decide about correction {found.id}, or leave the item out" if undecided else "leave the item out",
        summary_id=item.summary.id,
    )
