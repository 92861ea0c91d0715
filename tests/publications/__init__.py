"""Publications: frozen, signed by two, published, recomputed to the same bytes, corrected with a diff."""
