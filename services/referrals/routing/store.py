"""Every SQL statement of routing: one function, one statement."""

from datetime import timedelta

from services.referrals.routing.domain import Astray
from shared.clock import today
from shared.contracts.feed import EVER, SOURCE_KEY
from shared.database.tx import Tx

# `answers` is the worker who answers for the child: a lead before another, the newest allocation first. Who has left,
# or whose team has ended, answers for nobody. One of whom that is not known stands there all the same (`known` false):
# to pass over them would be a plain no. A worker without a team is one whose team may be unreadable.
# Each is looked up by its key, for each undecided referral: the planner takes few allocations to be of today, and would
# go through all of them for each.
ASTRAY = """
SELECT h.referral_id, h.version, about.child_id, answers.team_id AS to_team
  FROM handling h
 CROSS JOIN LATERAL (SELECT child_id FROM referral_child r WHERE r.referral_id = h.referral_id LIMIT 1) AS about
  LEFT JOIN LATERAL (
       SELECT w.team_id, NOT (w.doubtful OR w.left_on IS NOT DISTINCT FROM $5 OR t.team_id IS NULL) IS TRUE AS known
         FROM allocation a
         LEFT JOIN worker w USING (worker_id)
         LEFT JOIN team t ON t.team_id = w.team_id
        WHERE a.child_id = about.child_id AND a.starts <= $4 AND a.ends > $4 IS NOT FALSE
          AND w.ended IS NOT TRUE AND (w.left_on > $4 OR w.left_on = $5) IS NOT FALSE AND t.ended IS NOT TRUE
        ORDER BY a.lead DESC, a.starts DESC, a.worker_id
        LIMIT 1) AS answers ON true
 WHERE h.decided_at IS NULL
   AND EXISTS (SELECT FROM freshness WHERE source = $1 AND NOT broken AND lapses_at > now() IS NOT FALSE
                                        AND as_of BETWEEN $2 AND $3)
   AND h.team_id IS DISTINCT FROM answers.team_id AND answers.known IS NOT FALSE
   AND (about.child_id IS NULL
        OR EXISTS (SELECT FROM child c
                    WHERE c.child_id = about.child_id AND c.revision = c.whole_revision AND NOT c.doubtful
                      AND NOT c.unreadable && '{cases,allocations}'))
 LIMIT $6
"""
"""$1 source, $2 and $3 between which times its records are current, $4 today, $5 the day that stands for an unreadable
one, $6 how many."""


async def astray(tx: Tx, limit: timedelta, most: int) -> list[Astray]:
    """Undecided referrals that another team has than the one that works with the child, if that is known.

    None while the council's records are older than `limit`. A referral stays where it is while its child, the worker
    who answers for it or that worker's team is unknown or doubtful here.
    """
    rows = await tx.rows(ASTRAY, SOURCE_KEY, tx.now - limit, tx.now + limit, today(tx.now), EVER, most)
    return [Astray(**row) for row in rows]
