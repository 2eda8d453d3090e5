"""Planning and deploying into assignments repositories."""
