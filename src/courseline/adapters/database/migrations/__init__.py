"""Steps of the schema, run by `upgrade`."""
