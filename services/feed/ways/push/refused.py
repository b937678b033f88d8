"""Why what was pushed is not taken, in sentences for whoever sends it; they never quote what stands in it."""

REASONS_MAX = 100


class PushRefused(Exception):
    """Nothing of what was sent is taken. `sentences`: each thing that is to be mended. `children`: those it was about,
    as far as that could be read."""

    def __init__(self, *sentences: str, children: frozenset[str] = frozenset()) -> None:
        super().__init__(f"{len(sentences)} reasons")
        self.sentences = sentences[:REASONS_MAX]
        self.children = children
