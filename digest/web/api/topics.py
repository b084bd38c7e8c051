"""The topics readers choose from."""

from __future__ import annotations

from pydantic import Field

from digest.web.api.answers import Answer
from digest.web.api.doors import ForEditors, router_for
from digest.web.site import Newsroom

editors = router_for(ForEditors, "topics")
ROUTERS = (editors,)


class TopicAnswer(Answer):
    """One topic."""

    id: str = Field(description="What interests and mutes name.")
    label: str
    description: str
    parent: str | None = Field(description="The topic it belongs to.")


class TopicsAnswer(Answer):
    """All topics, parents before their children."""

    condition: str
    topics: list[TopicAnswer]


@editors.get("/topics")
def listed(digest: Newsroom) -> TopicsAnswer:
    """All topics."""
    tree = digest.tree
    topics = [
        TopicAnswer(id=topic.id, label=topic.label, description=topic.description, parent=topic.parent)
        for topic in tree.topics
    ]
    return TopicsAnswer(condition=tree.condition, topics=topics)
