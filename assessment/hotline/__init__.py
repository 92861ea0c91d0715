"""The hotline judged as the hotline: a kind of its own, ranked against nobody."""
