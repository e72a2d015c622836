"""Checks, expectations and the schema lock of passes, compiled to SQL as well."""
