"""Pipeline files read, one module for each format."""
