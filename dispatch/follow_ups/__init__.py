"""The follow-up queue: attempts and the three answers."""
