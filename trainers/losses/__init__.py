"""Objectives of the generators and their penalties."""
