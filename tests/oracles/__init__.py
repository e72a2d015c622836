"""What the numbers should be: plain Python over rows, slow and obvious, with time as integer nanoseconds."""
