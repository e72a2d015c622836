"""What can be computed: tables, metrics and indicators, read from template headers and TA-Lib."""
