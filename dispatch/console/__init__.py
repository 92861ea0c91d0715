"""Server-rendered pages: operators, units, supervisors, follow-up, disputes, administration. The look is in docs/console.md."""
