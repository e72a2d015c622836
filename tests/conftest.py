"""One hypothesis profile for all tests: the same examples on every run, and no verdict by the clock."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "stable",
    max_examples=50,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("stable")
