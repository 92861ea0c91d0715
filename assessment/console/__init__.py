"""The evaluators' pages: the ranking with its formula and chart, and the tickets behind each number."""
