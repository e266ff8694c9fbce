"""Arrays in, arrays or estimates out: no word of images, patients or limits."""
