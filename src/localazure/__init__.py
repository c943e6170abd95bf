"""localazure."""
