"""All rules. One topic a file; the order does not matter, the rank does."""

from imagegate.diagnosis.rule import Rule
from imagegate.diagnosis.rules import access, apt, guest, limits, network, packages, scripts, service, template

RULES: tuple[Rule, ...] = (
    *apt.RULES,
    *packages.RULES,
    *network.RULES,
    *scripts.RULES,
    *guest.RULES,
    *access.RULES,
    *limits.RULES,
    *template.RULES,
    *service.RULES,
)
