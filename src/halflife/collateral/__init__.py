"""What the machines are worth: on paper, appraised, orderly, forced."""
