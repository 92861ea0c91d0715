"""Routing: locate, classify, decide the unit, with the reasons."""
