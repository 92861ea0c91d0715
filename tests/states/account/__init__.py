"""A second, plain account of a ticket's life, from rules.md alone: what is allowed, where things stand, when they are due.

It knows nothing of the services, the tables of states or the limit engine: all limits here are natural days, which are plain
lengths, and the working days of November are told by the weekday. Every method answers whether the rules allow the move, and
makes it where they do.
"""
