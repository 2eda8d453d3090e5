"""Publishing and finding examples."""
