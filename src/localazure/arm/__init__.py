"""ARM's nouns: resource ids, requests, responses, errors and the operation table. No I/O."""
