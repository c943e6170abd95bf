"""Resource providers, one a file or package. They never import each other: they meet in the store."""
