"""Finding what is wrong with a configuration, and saying it in plain words."""
