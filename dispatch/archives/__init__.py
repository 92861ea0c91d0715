"""The electronic archive: a closed ticket's whole life in one document that stands by itself and can be checked anywhere."""
