"""Lists in environment variables: words that are separated by commas."""


def words(text: str | None) -> tuple[str, ...]:
    """Each word once, in order."""
    return tuple(dict.fromkeys(word.strip() for word in (text or "").split(",") if word.strip()))
