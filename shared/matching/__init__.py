"""Whether a child of the records is the one who is meant: keys for an index, comparison, weights, verdicts. Pure.

`keys` and `keys_sought` make an index that holds few candidates for a question; `judge` says which of them is meant.
The model, where its parameters come from and what it costs: docs/decisions/0049-how-a-child-is-recognised.md.
"""

from shared.matching.judging import Judged as Judged
from shared.matching.judging import judge as judge
from shared.matching.keys import VERSION as VERSION
from shared.matching.keys import keys as keys
from shared.matching.keys import keys_sought as keys_sought
from shared.matching.linking import ComparedRecords as ComparedRecords
from shared.matching.linking import compare_records as compare_records
from shared.matching.model import Compared as Compared
from shared.matching.model import compare as compare
from shared.matching.values import BornSought as BornSought
from shared.matching.values import Recorded as Recorded
from shared.matching.values import Sought as Sought
