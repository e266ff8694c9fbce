"""audit.json to what people and pipelines read. Every file here is a function of the document, byte for byte.

It imports nothing of the engine: a report can be rendered wherever an audit.json is.
"""
