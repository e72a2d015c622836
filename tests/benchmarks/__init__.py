"""Basalt measured against a bare scan, hand-written SQL and Polars, in fresh processes, on a generated market."""
