"""A compiled pipeline as SQL to be run elsewhere: one file for each kind of script."""

from basalt.compiler.scripts.forms import ScriptForm, joined, scripts

__all__ = ["ScriptForm", "joined", "scripts"]
