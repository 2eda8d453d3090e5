"""Commands for people, and what the job scripts share."""
