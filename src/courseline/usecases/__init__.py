"""What happens: one verb per file, `def verb(command, neighbours) -> Result`."""
