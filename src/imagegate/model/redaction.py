"""Takes secrets out of a text by their shape: the second wall behind masking where a secret is obtained."""

import re
from collections.abc import Callable, Mapping

MARK = "***"

_KEYWORDS = (
    r"(?:client|shared)[-_ ]?secret|secret(?:[-_]?(?:key|value|access[-_]?key))?|pass(?:word|wd|phrase)|pwd|"
    r"(?:account|access|api|storage|primary|secondary|shared[-_]?access|encryption)[-_]?key(?:[-_ ]?value)?|"
    r"(?:access|refresh|id|auth|oauth|bearer|sas|identity|installation|registry|personal[-_]?access)[-_]?token|"
    r"token|credentials?|admin[-_]?password|private[-_]?key"
)

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Keys in PEM form, whole or cut off at the end of the text, and with newlines written as \n.
    (
        re.compile(
            r"-----BEGIN (?P<kind>[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?)-----.*?(?:-----END (?P=kind)-----|\Z)",
            re.DOTALL,
        ),
        MARK,
    ),
    # Shared access signatures: the signature is the secret, the rest says what it opens.
    (re.compile(r"(?i)(\bsig(?:=|%3[dD]|\\u003d))[^&\s\"'<>\\]{6,}"), rf"\1{MARK}"),
    # Connection strings.
    (re.compile(r"(?i)\b((?:Account|SharedAccess|Primary|Secondary)Key\s*=\s*)[A-Za-z0-9+/=%_-]{8,}"), rf"\1{MARK}"),
    (re.compile(r"(?i)\b(SharedAccessSignature\s*=\s*)[^;\s\"']{8,}"), rf"\1{MARK}"),
    (re.compile(r"(?i)\b(InstrumentationKey\s*=\s*)[0-9a-f-]{32,36}"), rf"\1{MARK}"),
    # User and password inside a URL.
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,20}://[^/\s:@\"']{0,128}:)[^/\s@\"']{1,256}@"), rf"\1{MARK}@"),
    # Tokens that say themselves what they are.
    (re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255})"), MARK),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){1,3}"), MARK),
    (re.compile(r"\b(?:glpat-[A-Za-z0-9_-]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|npm_[A-Za-z0-9]{30,})"), MARK),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), MARK),
    # Client secrets of Entra: three characters, a digit, Q~, then 31 to 34 characters.
    (re.compile(r"(?<![A-Za-z0-9_.~-])[A-Za-z0-9_.~-]{3}\dQ~[A-Za-z0-9_.~-]{31,34}"), MARK),
    # Account keys of storage: 64 bytes in base64. Azure's newer keys: 52 or 84 characters with a fixed signature.
    (re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{86}==(?![A-Za-z0-9+/=])"), MARK),
    (
        re.compile(
            r"\b[A-Za-z0-9]{32,76}(?:AZ[A-Z0-9]{4}|\+AS[tT][A-Za-z0-9]{3}|AzCa|ACDb|AzSe|AzFu)[A-Za-z0-9+/=_-]{5,12}"
        ),
        MARK,
    ),
    # Headers.
    (
        re.compile(
            r"(?i)\b((?:Bearer|Basic|SharedKey(?:Lite)?)\s+)(?=[A-Za-z0-9._~+/:=-]*[0-9._~+/=-])[A-Za-z0-9._~+/:=-]{8,}"
        ),
        rf"\1{MARK}",
    ),
    (re.compile(r"(?i)(authorization[\"']?\s*[:=]\s*[\"']?(?:token|apikey)\s+)\S{6,}"), rf"\1{MARK}"),
    # A name that says secret, and its value: JSON on any level of escaping, YAML, query, command line, environment.
    (
        re.compile(
            rf"(?i)((?<![a-z])(?:[a-z0-9_-]{{0,40}}[-_])?(?:{_KEYWORDS})(?:\\*[\"'])?\s*(?:=>|[:=])\s*\\*[\"'])"
            r"(?!\*\*\*)[^\"'\\\s][^\"'\\]{3,}"
        ),
        rf"\1{MARK}",
    ),
    (
        re.compile(
            rf"(?i)((?<![a-z])(?:[a-z0-9_-]{{0,40}}[-_])?(?:{_KEYWORDS})(?:=|%3[dD]))"
            r"(?![\"'\\*$])[^\s\"'&;,]{4,}"
        ),
        rf"\1{MARK}",
    ),
    (
        re.compile(rf"(?i)(--?(?:[a-z0-9_-]{{0,40}}[-_])?(?:{_KEYWORDS})\s+)(?![-$\"'*])[^\s\"'&;,]{{4,}}"),
        rf"\1{MARK}",
    ),
)

# Nothing above can match without one of these, and most lines have none.
_GATE = re.compile(
    r"(?i)sig(?:=|%3d|\\u003d)|key|secret|pass|pwd|token|credential|bearer|basic|://[^/\s@]*@|gh[pousr]_|github_pat_|"
    r"eyj|glpat|xox|npm_|akia|asia|q~|authorization|signature|[a-z0-9+/]{86}==|[a-z0-9]{32}|azca|acdb|azse|azfu"
)


def redact(text: str) -> str:
    """The text with every secret of a known shape replaced by `***`. Pure, idempotent, linear."""
    if _GATE.search(text) is None:
        return text
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact_tree(value: object, *, also: Callable[[str], str] = str) -> object:
    """A JSON value with every string in it redacted, the keys of mappings too; `also` is a second step for each."""
    if isinstance(value, str):
        return redact(also(value))
    if isinstance(value, Mapping):
        return {redact(also(str(key))): redact_tree(item, also=also) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact_tree(item, also=also) for item in value]
    return value
