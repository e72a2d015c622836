"""Compiled pipelines as HTML: the graph of passes, SQL in colours, columns with their units."""
