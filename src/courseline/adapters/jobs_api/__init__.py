"""The job's side of our own API: a work order instead of database, store and secrets of its own."""
