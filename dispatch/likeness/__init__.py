"""How alike two matters are worded: what is left of words when they are folded, kept so that it is found again among millions."""
