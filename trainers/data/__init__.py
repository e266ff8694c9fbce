"""From a user's folder to training tensors, and from samples back to the user's units."""
