"""The sections of the report, one module each: a part of the document in, ready blocks out."""
