"""Event Grid's work: what happens becomes events, and events reach those who subscribed, at least once."""
