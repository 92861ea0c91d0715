"""Places inside units: estates, roads with their numbers, landmarks; the words they are found by; territories on the map."""
