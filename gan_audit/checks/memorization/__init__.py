"""Whether synthetic images repeat real ones: identical pictures, parts, and distances to the nearest patient."""
