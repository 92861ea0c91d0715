"""Who may do what: accounts, roles, unit scope, sessions, tokens, and the vault that guards the reporter."""
