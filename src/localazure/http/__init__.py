"""ARM's manners over HTTPS: api-version, error envelope, tokens, authorisation, long-running operations."""
