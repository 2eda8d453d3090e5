"""The course: its files, contents and places."""
