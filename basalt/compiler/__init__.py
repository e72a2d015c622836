"""Configuration, catalog and source schemas to SQL, as a pure function."""
