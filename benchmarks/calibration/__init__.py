"""How often a verdict is wrong: audits of sound halves and of planted faults, by the thousand if need be."""
