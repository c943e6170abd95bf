"""Golden VM images on Azure: built from a pull request, booted and probed before `latest` moves."""

__version__ = "0.1.0"
