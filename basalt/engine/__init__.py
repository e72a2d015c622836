"""Opens DuckDB, binds sources, runs compiled passes, applies indicators."""
