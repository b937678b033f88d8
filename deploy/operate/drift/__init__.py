"""Drift: whether what lookup keeps is what the source's rows mean now; and putting right what is not."""
