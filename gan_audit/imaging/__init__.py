"""Arrays of pixels laid on one another: resampling, views, registration, and what then differs."""
