"""What a spam filter says about an issue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from digest.checks.flaws import Flaw, Rule, Severity
from digest.models import FrozenEdition

#: SpamAssassin's own threshold, and the score a well-made mail stays below.
REFUSED = 5.0
DOUBTFUL = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A spam filter's answer about one mail."""

    #: None when it could not be asked.
    score: float | None
    #: The names of the rules that hit; or why it could not be asked.
    reasons: tuple[str, ...] = ()


#: Asks a spam filter about an edition as it would be sent.
Judge = Callable[[FrozenEdition], Verdict]


def check_spam(keys: Sequence[str], editions: Iterable[FrozenEdition], judge: Judge) -> Iterator[Flaw]:
    """What the filter says about these editions. Where it cannot be asked, that is said once."""
    for edition in (one for one in editions if one.key in keys):
        verdict = judge(edition)
        if verdict.score is None:
            yield Flaw(
                rule=Rule.SPAM,
                severity=Severity.NOTICE,
                message=f"no spam filter was asked: {'; '.join(verdict.reasons)}",
                advice="install SpamAssassin (on Debian: apt install spamassassin) to have mails scored",
            )
            return
        if verdict.score >= DOUBTFUL:
            yield Flaw(
                rule=Rule.SPAM,
                severity=Severity.ERROR if verdict.score >= REFUSED else Severity.WARNING,
                message=f"SpamAssassin scores it {verdict.score:g}: {', '.join(verdict.reasons)}",
                advice="look up what each rule says, and change the words or the template",
                editions=(edition.key,),
            )
