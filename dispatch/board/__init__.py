"""What supervisors look at: the figures of many desks, the map of townships, the ladder, and the wall's read-only links."""
