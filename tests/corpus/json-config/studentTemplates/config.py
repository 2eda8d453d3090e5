import json


def read(path):
    """The configuration; ValueError when its port is no number."""
