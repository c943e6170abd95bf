"""The questions, one verb a file; each leaves its answers in the recording under its own name."""
