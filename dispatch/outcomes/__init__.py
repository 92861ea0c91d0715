"""What is not dispatched, and what a matter still lacks: answers, declines, hand-overs, withdrawals, alerts, missed calls."""
