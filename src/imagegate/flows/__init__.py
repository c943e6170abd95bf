"""The stories, each readable as a list: numbered steps, or one durable orchestration."""
