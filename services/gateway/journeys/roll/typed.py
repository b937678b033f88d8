"""What the pages of the list carry on."""

from services.gateway.frame.forms import Hidden


class ListFromPage(Hidden):
    """For what the next page is asked, and after which child."""

    sealed_as = "RollList"

    why: dict[str, str]
    after: str
