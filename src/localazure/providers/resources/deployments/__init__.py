"""Template deployments: evaluated by `armtemplate`, carried out through the cloud's own operations as the caller."""

from __future__ import annotations

from localazure.providers.resources.deployments.service import Deployments

__all__ = ["Deployments"]
