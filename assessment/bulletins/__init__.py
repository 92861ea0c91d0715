"""Bulletins (周通报、月报告): a ranking as Excel and as Word in the house layout, every number the exchange table's own."""
