"""What the operator's desk keeps of its own: drafts, keys, the day's tally, and the call that rings."""
