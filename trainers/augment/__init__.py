"""Classical augmentation as a baseline generator: real images, moved and re-lit within what a modality allows."""
