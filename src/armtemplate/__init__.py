"""armtemplate."""
