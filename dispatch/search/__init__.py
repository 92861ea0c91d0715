"""Finding tickets: by words in Chinese, by unit, state, category and time; filters that are kept; lists that are taken out."""
