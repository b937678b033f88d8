"""The whole demo council at once, for containers: its case system, the people who sign in, its capture at Connect."""

import os

from deploy.connect import CAPTURE_SECRET, CONNECT_SECRET, NAME, connector, rest
from deploy.demo import accounts, council, intake
from deploy.demo.council import DemoCouncil
from deploy.demo.intake import INTAKE_SECRET
from deploy.operate import databases
from services.identity.settings import Settings


async def load(where: DemoCouncil, schools: int, children: int) -> None:
    """Make all of it; what is there already stays. Takes its variables as `portal demo load` says."""
    await databases.close_cluster(where.source)
    await council.prepare(where.source, capture_password=os.environ[CAPTURE_SECRET])
    await intake.prepare(where.source, os.environ[INTAKE_SECRET])
    await council.load(where.source, schools=schools, children=children, seed=council.SEED)
    await accounts.seed(where.identity, Settings(), where.accounts, council.schools(schools))
    host = os.environ["PORTAL_CAPTURE_HOST"]
    config = connector(host=host, port=5432, database=council.SOURCE, user=council.CAPTURE)
    await rest.put_connector(os.environ["PORTAL_CONNECT_URL"], os.environ.get(CONNECT_SECRET), NAME, config)
