"""Log bytes as text, and text as lines: encodings, colours, line ends."""

import re
from collections.abc import Iterator

_COLOUR = re.compile(
    r"[\x1b\x9b\ufffd]\[[0-?]{0,32}[ -/]{0,4}[@-~]|\x1b\][^\x07\x1b\n]{0,256}(?:\x07|\x1b\\)|\x1b[@-Z\\-_]"
)
_ESCAPED_BREAK = re.compile(r"(?:\\+r)?\\+n(?=\s*(?:\[|PACKER|==>|-->|\d{4}/))")
_UNICODE_ESCAPE = re.compile(r"\\+u00([2-7][0-9a-fA-F])")
_ESCAPED_QUOTE = re.compile(r"\\+(?=[\"'/])")
_ESCAPED_SPACE = re.compile(r"\\+[nrt](?![\w\\.])|\\{2,}[nrt]")

LINE_LIMIT = 16_000
"""Characters of a line that are looked at; what comes after them is not read."""


def decode_log(data: bytes) -> str:
    """Text of a log as it lies in the storage account: UTF-8 or UTF-16, with a byte order mark or without.

    Bytes that fit no encoding become the replacement character; nothing is raised.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    sample = data[:4096]
    if len(sample) >= 4 and sample.count(0) > len(sample) // 4:
        return data.decode("utf-16-le" if sample[1::2].count(0) >= sample[0::2].count(0) else "utf-16-be", "replace")
    return data.decode("utf-8", "replace")


def clean_text(text: str) -> str:
    """Without byte order marks, NULs and colours; a log that came as a JSON string gets its lines back."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    text = text.removeprefix("\ufeff").removeprefix("ÿþ").removeprefix("þÿ").removeprefix("ï»¿")
    if "\x1b" in text or "\x9b" in text or "\ufffd[" in text:
        text = _COLOUR.sub("", text)
    if "\\n" in text and text.count("\n") < text.count("\\n"):
        text = _ESCAPED_BREAK.sub("\n", text)
    return text


def split_lines(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines, from 1, as an editor numbers them; a progress bar's carriage returns make texts of one number."""
    for number, line in enumerate(text.split("\n"), start=1):
        if "\r" not in line:
            yield number, line[:LINE_LIMIT]
            continue
        for part in line.split("\r"):
            if part.strip():
                yield number, part[:LINE_LIMIT]


def unescape(text: str) -> str:
    """JSON inside JSON, on whatever level, with its quotes as quotes; text without escaped quotes stays as it is."""
    if "\\" not in text:
        return text
    if "\\u00" in text:
        text = _UNICODE_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    if '\\"' in text:
        text = _ESCAPED_SPACE.sub(" ", _ESCAPED_QUOTE.sub("", text))
    return text
