"""Publications (通报): a ranking frozen with its facts, signed by a second person, published, recomputed to the same bytes."""
