"""The referrals service, on one page."""

from services.referrals.attachments.domain import AttachmentNotFound, NotReadable
from services.referrals.drafts.domain import AlreadySent, DraftNotFound
from services.referrals.holds.domain import HeldAlready, NotHeldNow
from services.referrals.linking.domain import LinkingRefused
from services.referrals.making.domain.referral import KeyReused, ReferralNotFound
from services.referrals.making.domain.roll import NotOnRoll
from services.referrals.notices.domain.notice import KINDS
from services.referrals.sent.domain import NothingAsked
from services.referrals.settings import BODY_MAX_BYTES, FILE_LIMIT_BYTES, Settings
from shared.contracts import events_of, referrals
from shared.contracts.feed import Child, Freshness, Team, Worker
from shared.contracts.identity import Account, School
from shared.contracts.lookup import TeamLooks
from shared.manifest import Periodic, Projection, Reaction, Service

ROOMS = (
    "making", "reading", "drafts", "sent", "queue", "triage", "attachments", "linking", "holds", "receipt", "transfer"
)  # fmt: skip

service = Service(
    name="referrals",
    purpose="Take a school's concern or update about a child of its roll, and tell when it will be answered.",
    package=__package__,
    settings=Settings,
    serves=[f"{room}.http:router" for room in ROOMS],
    emits=events_of(referrals),
    projects=[
        # Children have a group of their own: it began anew when more was kept of a child than before.
        Projection(Child, to="records.projections:CHILDREN", group="children"),
        Projection(Worker, to="records.projections:WORKERS"),
        Projection(Team, to="records.projections:TEAMS"),
        Projection(Freshness, to="shared.events.freshness:FRESHNESS", group="freshness", after=(Child, Worker, Team)),
        Projection(School, to="records.projections:SCHOOLS"),
        # People too: since their addresses are kept.
        Projection(Account, to="records.projections:PEOPLE", group="people"),
        Projection(TeamLooks, to="team_letters.projections:TEAM_LOOKS"),
    ],
    reacts_to=[
        Reaction(facts=tuple(KINDS), to="notices.reactions:note", group="notices"),
    ],
    works=[
        Periodic(name="hand_over", every_s=1.0, work="transfer.commands:hand_over"),
        Periodic(name="notice_late_transfers", every_s=10.0, work="transfer.commands:notice"),
        Periodic(name="compute_keys", every_s=10.0, work="linking.commands:compute_keys"),
        Periodic(name="route", every_s=1.0, work="routing.commands:route"),
        Periodic(name="notice_overdue", every_s=10.0, work="overdue.commands:notice_overdue"),
        Periodic(name="delete_expired_drafts", every_s=60.0, work="drafts.commands:delete_expired"),
        Periodic(name="scan_waiting", every_s=2.0, work="scanning.commands:scan_waiting"),
        Periodic(name="tell_by_mail", every_s=2.0, work="notices.commands:tell"),
        Periodic(name="tell_teams", every_s=30.0, work="team_letters.commands:tell"),
        Periodic(name="purge", every_s=60.0, work="retention.commands:purge"),
        Periodic(name="sweep_attachments", every_s=600.0, work="attachments.works:sweep"),
    ],
    body_max_bytes=BODY_MAX_BYTES,
    bodies={"/drafts/{draft_id}/attachments/{attachment_id}/content": FILE_LIMIT_BYTES},
    errors={
        NotOnRoll: 403,
        KeyReused: 422,
        **dict.fromkeys((ReferralNotFound, DraftNotFound, AttachmentNotFound), 404),
        **dict.fromkeys((AlreadySent, NothingAsked, NotReadable, LinkingRefused, HeldAlready, NotHeldNow), 409),
    },
)
