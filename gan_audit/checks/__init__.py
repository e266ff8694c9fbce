"""Feature tables in, measurements out: no file is opened here, no limit known, nothing printed."""
