"""Trains every reference generator on real sets and audits what it makes: the tables of docs/generators.md."""
