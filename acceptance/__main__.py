"""`python -m acceptance`."""

from acceptance.command import verify_azure

verify_azure()
