"""How right routing was, and what it can learn: the curve of direct dispatch, and proposals that a person accepts."""
