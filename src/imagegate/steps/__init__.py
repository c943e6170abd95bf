"""One verb a file: each does one thing of a story, through the gateway."""
