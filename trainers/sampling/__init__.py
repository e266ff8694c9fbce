"""Images from trained generators, with where they came from."""
