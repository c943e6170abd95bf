"""The blob service, on a port of its own: `https://localhost:PORT/<account>/<container>/<blob>`."""

from __future__ import annotations

from localazure.http.blob_service.app import blob_app

__all__ = ["blob_app"]
