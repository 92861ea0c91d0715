"""What hangs on a publication's page: its Excel and Word files, and the tickets that a correction counts otherwise."""
