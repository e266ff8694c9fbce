"""The audit as one document: built, checked against its schema, read and written."""
