"""From wish to tree: render, plan, tracking files."""
