"""The acceptance run: one owner, one throw-away subscription, and every belief about Azure asked once.

`make verify-azure`; docs/verify-azure.md says what it needs and what it leaves.
"""
