"""What a school is told of how a referral was decided. Pure."""

from __future__ import annotations

from collections.abc import Mapping

DECISIONS: Mapping[str, str] = {
    "no_further_action": "No further action by children's services, with advice",
    "signposted": "Signposted to early help",
    "early_help": "Early help is being opened",
    "assessment": "Children's services will assess",
    "strategy_discussion": "Children's services will hold a strategy discussion",
    "added_to_case": "Passed to those who work with the child already",
}
