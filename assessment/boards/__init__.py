"""The evaluators' boards beside the ranking: rates over time, units by category, two schemes side by side; each as a table to take away."""
