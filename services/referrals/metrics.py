"""What operators see of referrals alone."""

from shared.observe.metrics import gauge


class ReferralMetrics:
    """The metrics of referrals alone; docs/metrics.md tells them too."""

    unscanned = gauge("portal_attachments_unscanned", ("service",), "Attachments that no scanner has seen yet.")
    overdue = gauge("portal_referrals_overdue", ("service",), "Referrals that nobody has acknowledged in time.")
    kept_referrals = gauge(
        "portal_kept_referrals", ("why",), "Decided referrals kept for want of a period, or beyond it, and why."
    )
    notices_waiting = gauge("portal_notices_waiting", (), "E-mails about referrals that not everybody was sent yet.")
    notices_age = gauge("portal_notices_age_seconds", (), "Age of the oldest of them.")
    notices_off = gauge("portal_notices_off", (), "1 while no mail server is set, so that no e-mail is sent.")
    transfers_waiting = gauge(
        "portal_transfers_waiting", ("late",), "Referrals that the case system has not acknowledged: late ones, others."
    )
    transfer_age = gauge(
        "portal_transfer_age_seconds", (), "Age of the oldest referral that the case system has not acknowledged."
    )


metrics = ReferralMetrics()
