"""Passes as tables of databases."""
