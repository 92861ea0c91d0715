"""A second, slow and obvious reading of rules.md: it imports nothing of ours and proves the fast engines by agreeing with them."""
