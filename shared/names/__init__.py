"""Names: folded, taken apart and compared in one way by lookup, feed, audit and whoever else looks for a person."""

from shared.names.comparing import Likeness as Likeness
from shared.names.comparing import compare as compare
from shared.names.folding import NO_NAME as NO_NAME
from shared.names.folding import fold as fold
from shared.names.folding import key as key
from shared.names.folding import parts as parts
from shared.names.folding import words as words
from shared.names.shares import Field as Field
from shared.names.shares import share as share
from shared.names.sound import skeleton as skeleton
from shared.names.spellings import spelling as spelling
