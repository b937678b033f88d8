"""The ways into a case system. Which one, says the setting `transfer`; each is a CaseSystem."""

from contextlib import AbstractAsyncContextManager

from services.referrals.case_systems.domain import CaseSystem
from services.referrals.case_systems.systems import folder, https, intake
from services.referrals.settings import Settings

WAYS = {"intake": intake.opened, "https": https.opened, "folder": folder.opened}


def opened(settings: Settings) -> AbstractAsyncContextManager[CaseSystem]:
    """The case system that the settings name, for as long as it is used. Raises KeyError for `none`."""
    return WAYS[settings.transfer](settings)
