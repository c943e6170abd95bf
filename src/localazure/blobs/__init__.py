"""Blobs as plain functions over the store, for the blob service and for providers that keep or read some."""
