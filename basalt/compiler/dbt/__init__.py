"""A pipeline as a dbt project."""

from basalt.compiler.dbt.project import dbt_project

__all__ = ["dbt_project"]
