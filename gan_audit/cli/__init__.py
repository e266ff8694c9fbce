"""The command line: arguments to objects, and errors to exit codes."""
