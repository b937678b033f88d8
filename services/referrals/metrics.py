"""What operators see of referrals alone."""

from functools import partial

from shared.observe.metrics import Fading, gauge

fading = partial(gauge, kind=Fading)


class ReferralMetrics:
    """The metrics of referrals alone; docs/metrics.md tells them too."""

    unscanned = fading("portal_attachments_unscanned", ("service",), "Attachments that no scanner has seen yet.")
    overdue = fading("portal_referrals_overdue", ("service",), "Referrals that nobody has acknowledged in time.")
    kept_referrals = fading(
        "portal_kept_referrals", ("why",), "Decided referrals kept for want of a period, or beyond it, and why."
    )
    notices_waiting = fading("portal_notices_waiting", (), "E-mails about referrals that not everybody was sent yet.")
    notices_age = fading("portal_notices_age_seconds", (), "Age of the oldest of them.")
    notices_off = fading("portal_notices_off", (), "1 while no mail server is set, so that no e-mail is sent.")
    transfers_waiting = fading(
        "portal_transfers_waiting", ("late",), "Referrals that the case system has not acknowledged: late ones, others."
    )
    transfer_age = fading(
        "portal_transfer_age_seconds", (), "Age of the oldest referral that the case system has not acknowledged."
    )


metrics = ReferralMetrics()
