"""What every part may use: folders replaced in one step, parallel maps, progress, the terminal."""
