"""The Inception network behind the Fréchet inception distance, and its weights."""
