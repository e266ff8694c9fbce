"""The folder of a run: what it was told, how far it has come, and how it went."""
