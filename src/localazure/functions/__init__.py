"""A Functions host: runs an app's folder on the platform's own worker library, and gives it its triggers."""
