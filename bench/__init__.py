"""Speed and memory beside git alone: `python -m bench`, explained in README.md."""
