"""Results and progress as text: for a terminal, for a log, for machines; nothing here asks or waits."""
