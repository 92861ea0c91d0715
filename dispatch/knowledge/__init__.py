"""The knowledge base: what operators answer with, kept current by the units that are responsible."""
