"""Takes what a council gives as a whole: reads it beside the mirror, compares, and brings it in whole or not at all."""
