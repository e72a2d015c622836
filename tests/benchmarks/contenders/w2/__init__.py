"""Who does this workload."""
