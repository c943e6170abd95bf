"""What a test asks of the local cloud itself, apart from Azure: its settings, and faults to come.

Served under `/_localazure`, which no path of Azure begins with; described in docs/local-cloud.md.
"""

from __future__ import annotations

PATH = "/_localazure"
