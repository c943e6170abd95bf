"""Takes secrets out of a text by their shape: the second wall behind masking where a secret is obtained."""

import re
from collections.abc import Callable, Mapping

MARK = "***"

_KEYWORDS = (
    r"(?:client|shared)[-_ ]?secret|secret(?:[-_]?(?:key|value|access[-_]?key))?|pass(?:word|wd|phrase)|pwd|"
    r"(?:account|access|api|storage|primary|secondary|shared[-_]?access|encryption|functions?|host|master|"
    r"subscription|signing)[-_]?key(?:[-_ ]?value)?|"
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
    # The same once more in base64: "-----BEGIN", but no certificate and no public key.
    (re.compile(r"LS0tLS1CRUdJTi(?!BDRVJUSUZJQ0FURS|BQVUJMSUMg)[A-Za-z0-9+/=_-]{20,}"), MARK),
    # Shared access signatures: the signature is the secret, the rest says what it opens. Encoded any number of times.
    (
        re.compile(
            r"(?i)((?:\b|%(?:25){0,3}(?:26|3f|3b)|\\u0026|\\u003f)sig(?:=|%(?:25){0,3}3d|\\u003d))"
            r"(?:[A-Za-z0-9+/=_.~-]|%(?!(?:25){0,3}26)[0-9a-f]{2}){6,}"
        ),
        rf"\1{MARK}",
    ),
    # Connection strings.
    (re.compile(r"(?i)\b((?:Account|SharedAccess|Primary|Secondary)Key\s*=\s*)[A-Za-z0-9+/=%_-]{8,}"), rf"\1{MARK}"),
    (re.compile(r"(?i)\b(SharedAccessSignature\s*=\s*)[^;\s\"']{8,}"), rf"\1{MARK}"),
    (re.compile(r"(?i)\b(InstrumentationKey\s*=\s*)[0-9a-f-]{32,36}"), rf"\1{MARK}"),
    # User and password inside a URL.
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,20}://[^/\s:@\"']{0,128}:)[^/\s@\"']{1,256}@"), rf"\1{MARK}@"),
    # Tokens that say themselves what they are.
    # GitHub's installation tokens may have a token of three parts behind the prefix.
    (re.compile(r"\b(?:gh[a-z]_[A-Za-z0-9_]{10,}(?:[.-][A-Za-z0-9_-]+){0,6}|github_pat_[A-Za-z0-9_]{20,})"), MARK),
    # The header's length is bounded, and no step goes back: text can be full of beginnings of tokens.
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,3000}+\.(?:eyJ[A-Za-z0-9_-]*|[A-Za-z0-9_-]{4,}\.)(?:[A-Za-z0-9_.-]*)"), MARK),
    (
        re.compile(
            r"\b(?:glpat-[A-Za-z0-9_-]{20,}|xox[abeprs]-[A-Za-z0-9-]{10,}|npm_[A-Za-z0-9]{30,}|pypi-AgE[A-Za-z0-9_-]{20,})"
        ),
        MARK,
    ),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), MARK),
    # Client secrets of Entra: three characters, a digit, Q~, then 31 to 34 characters.
    (re.compile(r"(?<![A-Za-z0-9_.~-])[A-Za-z0-9_.~-]{3}\dQ~[A-Za-z0-9_.~-]{31,34}"), MARK),
    # Account keys of storage: 64 bytes in base64. Azure's newer keys: 52 or 84 characters with a fixed signature.
    (re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{86}==(?![A-Za-z0-9+/=])"), MARK),
    (re.compile(r"(?i)(?<![a-z0-9%])(?:[a-z0-9]|%(?:25)?2[bf]){86}(?:%(?:25)?3d){2}"), MARK),
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
    (
        re.compile(
            r"(?i)(authorization[\"']?\s*[:=]\s*[\"']?(?:token|apikey|bearer|basic|sharedkey(?:lite)?)\s+)(?!\*)"
            r"[^\s\"',]{6,}"
        ),
        rf"\1{MARK}",
    ),
    (re.compile(r"(?i)\b((?:set-)?cookie2?:\s*[^=;\s]{1,80}=)(?!\*)[^;\s]{8,}"), rf"\1{MARK}"),
    (re.compile(r"(\"auth\"\s*:\s*\")[A-Za-z0-9+/=]{8,}(?=\")"), rf"\1{MARK}"),
    # A function's key in its address.
    (re.compile(r"(?i)([?&](?:amp;)?code=)(?!\*)[A-Za-z0-9+/=_%-]{20,}"), rf"\1{MARK}"),
    # Command lines whose option says nothing by itself.
    (
        re.compile(r"(?i)(\b(?:login\b[^\n|;&]{0,200}?|sshpass)\s-p[ =]?[\"']?)(?![*$\s-])[^\s\"']{4,}"),
        rf"\1{MARK}",
    ),
    (
        re.compile(
            r"(?i)(\b(?:curl|wget)\b[^\n|;]{0,200}?\s(?:-u|--user)[ =]?[\"']?[^\s:\"']{1,80}:)(?!\*)[^\s\"']{3,}"
        ),
        rf"\1{MARK}",
    ),
    (re.compile(r"(\b[A-Z0-9_]{2,40}_PAT\s*[=:]\s*[\"']?)(?![*$])[A-Za-z0-9]{20,}"), rf"\1{MARK}"),
    # A name that says secret, and its value: JSON on any level of escaping, YAML, query, command line, environment.
    (
        re.compile(
            rf"(?i)((?<![a-z])(?:{_KEYWORDS})(?:\\*[\"'])?\s*(?:=>|[:=])\s*\\*[\"'])"
            r"(?!\*\*\*)[^\"'\\\s][^\"'\\]{3,}"
        ),
        rf"\1{MARK}",
    ),
    (
        re.compile(
            rf"(?i)((?<![a-z])(?:{_KEYWORDS})(?:=|%3[dD]))"
            r"(?![\"'\\*$])[^\s\"'&;,]{4,}"
        ),
        rf"\1{MARK}",
    ),
    # The same with blanks, or a colon and no quotes: only what mixes letters and digits, since people write so, too.
    (
        re.compile(
            rf"(?i)((?:{_KEYWORDS})\s{{0,3}}[:=]\s{{0,3}})"
            r"(?![\"'\\*$/])(?=[^\s\"',;&%]{0,60}[0-9])(?=[^\s\"',;&%]{0,60}[a-z])[^\s\"',;&%]{8,}(?=[\s\"',;]|$)"
        ),
        rf"\1{MARK}",
    ),
    (
        re.compile(
            rf"(?i)((?<![a-z0-9_-])--?(?:[a-z0-9_-]{{0,40}}[-_])?(?:{_KEYWORDS})\s+)(?![-$\"'*])[^\s\"'&;,]{{4,}}"
        ),
        rf"\1{MARK}",
    ),
)

# Nothing above can match without one of these, and most lines have none.
_GATE = re.compile(
    r"(?i)sig(?:=|%|\\u003d)|key|secret|pass|pwd|token|credential|bearer|basic|://[^/\s@]*@|gh[a-z]_|github_pat_|"
    r"eyj|glpat|xox|npm_|pypi-|akia|asia|q~|authorization|signature|cookie|\"auth\"|code=|login|curl|wget|_pat\b|"
    r"ls0tls1|%(?:25)?3d%|[a-z0-9+/]{86}==|[a-z0-9]{32}|azca|acdb|azse|azfu"
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
