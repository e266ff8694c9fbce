"""Tables of labels and patients, and their rows matched with images."""
