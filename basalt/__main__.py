"""``python -m basalt``: the command line."""

from basalt.cli.main import main

main()
