"""The calendar as versioned data: yearly notices, local additions, and what a new one moves."""
