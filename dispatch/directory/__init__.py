"""The directory: units, territory, categories, the catalogue of duties, and the calendars of days off."""
