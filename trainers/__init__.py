"""Reference generators: network × objective × penalty × conditioning, with runs that resume exactly.

Importing the package loads no torch; `trainers.commands` holds what the command line shows.
"""
