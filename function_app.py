"""Marker for the Functions worker, never executed: `import function_app` resolves to the package beside it."""
