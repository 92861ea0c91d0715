"""Assessment methods as a city changes them: drafts, versions put into force by a second person, which one judges a period."""
