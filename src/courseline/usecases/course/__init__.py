"""Registering courses."""
