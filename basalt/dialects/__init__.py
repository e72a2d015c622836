"""What differs between SQL engines, and nothing else: a table of lowerings per dialect, and the walk that uses it."""
