"""Matters worded alike: how words are folded and signed, how repeats are found, what remains of erased ones."""
