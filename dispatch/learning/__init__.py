"""Learning: a model of the categories, made from tickets whose category a person has confirmed."""
