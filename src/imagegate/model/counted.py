"""A number and its noun."""


def counted(count: int, noun: str) -> str:
    """`1 resource`, `2 resources`; for nouns whose plural is the singular with an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
