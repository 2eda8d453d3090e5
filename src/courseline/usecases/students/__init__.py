"""Building and publishing the student template."""
