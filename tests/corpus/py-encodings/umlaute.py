# -*- coding: latin-1 -*-
"""Zählt Umlaute."""

UMLAUTE = "äöüÄÖÜ"


def zaehle(text):
    """Anzahl der Umlaute in einem Text, ohne ß."""
    # Solution begin
    return sum(text.count(zeichen) for zeichen in UMLAUTE)
    # Solution end
