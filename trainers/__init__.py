"""Reference generators: network × objective × penalty × conditioning, with runs that resume exactly.

Importing the package loads no torch; `trainers.cli.commands` holds what the command line shows.
"""
