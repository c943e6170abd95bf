"""imagegate."""
