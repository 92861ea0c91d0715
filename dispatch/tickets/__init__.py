"""The ticket and its life: intake, states, assignments, disputes, answers."""
