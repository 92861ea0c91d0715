"""What supervisors watch: counts of what presses, for wallboards and for monitoring."""
