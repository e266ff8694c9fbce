"""What is done with finished audits: compared, verified, used to filter a set."""
