"""剔除与申诉: reviewed cases that take a ticket out of a unit's rates or replace its counted answer (rules.md §4 and §6)."""
