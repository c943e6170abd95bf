"""Names, routes, proxies and certificates, as the guest's programs report them."""

from imagegate.diagnosis.rule import Rank, Rule, Scope
from imagegate.model.diagnosis import Category, Confidence

_REACH = (
    "Check what the build's subnet may reach: DNS servers of the network, NSG, route table, proxy, firewall; without "
    "a subnet of your own the build has the internet."
)

RULES = (
    Rule(
        code="dns",
        category=Category.NETWORK,
        patterns=(
            r"Temporary failure (?:in name resolution|resolving) ?'?(?P<host>[\w.-]*)",
            r"Could not resolve(?: host(?:name)?|proxy)?:? '?(?P<host>[\w.-]+)",
            r"Couldn't resolve host(?: name)? ?'?(?P<host>[\w.-]*)",
            r"lookup (?P<host>[\w.-]+)(?: on \S+)?: (?:no such host|server misbehaving|read udp)",
            r"getaddrinfo(?: for '?(?P<host>[\w.-]+)'?)? .{0,40}failed",
            r"getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?P<host>\S+)",
            r"Name or service not known",
            r"No address associated with hostname",
            r"nodename nor servname provided",
            r"unable to resolve host address '?(?P<host>[\w.-]+)",
            r"The remote name could not be resolved:? ?'?(?P<host>[\w.-]*)",
            r"No such host is known",
            r"server can't find (?P<host>[\w.-]+): (?:NXDOMAIN|SERVFAIL)",
            r"Something wicked happened resolving '(?P<host>[\w.:-]+)'",
            r"Failed to resolve '(?P<host>[\w.-]+)'",
            r"NameResolutionError",
            r"connection timed out; no servers could be reached",
        ),
        says="A name could not be resolved: {host}.",
        means="The build VM's network has no DNS server that answers for this name, or the name is misspelt.",
        do=_REACH,
        rank=Rank.GROUND,
        statuses=(1, 4, 6, 100, 128),
    ),
    Rule(
        code="unreachable",
        category=Category.NETWORK,
        patterns=(
            r"Failed to connect to (?P<host>\S+) port (?P<port>\d+)",
            r"Connection refused",
            r"Connection reset by peer",
            r"Network is unreachable",
            r"No route to host",
            r"curl: \((?:7|28|35|52|55|56|92)\) (?P<detail>.{0,160})",
            r"Connection timed out",
            r"Connection attempt failed",
            r"connect\(\) timed out",
            r"dial tcp (?P<host>\S+): (?:i/o timeout|connect: \w+)",
            r"net/http: TLS handshake timeout",
            r"Client\.Timeout exceeded while awaiting headers",
            r"Read timed out\.",
            r"Unable to connect to the remote server",
            r"A connection attempt failed because the connected party did not properly respond",
            r"No connection could be made because the target machine actively refused it",
            r"The operation has timed out",
            r"An existing connection was forcibly closed by the remote host",
            r"The underlying connection was closed",
            r"Max retries exceeded with url: (?P<url>\S+)",
            r"Failed to establish a new connection",
            r"NewConnectionError",
            r"fatal: unable to access '(?P<url>[^']+)'",
            r"fatal: the remote end hung up unexpectedly",
            r"ETIMEDOUT",
            r"ECONNREFUSED",
            r"ECONNRESET",
            r"EHOSTUNREACH",
            r"Unable to establish SSL connection",
            r"giving up\.(?P<detail>$)",
        ),
        says="Something on the network did not answer: {host}{url}{detail}.",
        means="A firewall, NSG or proxy keeps the build VM from it, or the other side was down.",
        do=_REACH,
        rank=Rank.SPECIFIC,
        statuses=(1, 4, 7, 28, 35, 52, 56, 100, 128),
    ),
    Rule(
        code="tls",
        category=Category.NETWORK,
        patterns=(
            r"SSL certificate problem: (?P<detail>.{0,120})",
            r"certificate verify failed",
            r"server certificate verification failed",
            r"certificate verification failed",
            r"The certificate of '?(?P<host>[\w.-]+)'? (?:is not trusted|has expired)",
            r"cannot verify (?P<host>[\w.-]+)'s certificate",
            r"x509: (?P<detail>certificate .{0,120})",
            r"Could not establish trust relationship for the SSL/TLS secure channel",
            r"Could not create SSL/TLS secure channel",
            r"The SSL connection could not be established",
            r"unable to get local issuer certificate",
            r"curl: \((?:51|60)\)(?P<detail> .{0,160})",
            r"SELF_SIGNED_CERT_IN_CHAIN",
            r"SSL: CERTIFICATE_VERIFY_FAILED",
        ),
        says="A certificate was not trusted: {host}{detail}.",
        means=(
            "A proxy of the network breaks TLS open with a certificate of its own, ca-certificates is missing or old, "
            "or the clock is wrong; on old Windows, TLS 1.2 is off."
        ),
        do=(
            "Install ca-certificates and the network's own root certificate first; on old Windows "
            "`[Net.ServicePointManager]::SecurityProtocol = 'Tls12'`."
        ),
        rank=Rank.GROUND,
        statuses=(1, 5, 35, 51, 58, 60, 77, 100, 128),
    ),
    Rule(
        code="proxy",
        category=Category.NETWORK,
        patterns=(
            r"407 Proxy Authentication Required",
            r"Received HTTP code (?P<status>\d+) from proxy after CONNECT",
            r"Could not resolve proxy: (?P<host>\S+)",
            r"ProxyError\((?P<detail>.{0,120})",
            r"Cannot connect to proxy",
            r"Tunnel connection failed: (?P<status>\d+)",
        ),
        says="The proxy did not let the connection through: {status}{host}{detail}.",
        means="The proxy wants credentials, does not know the build VM, or is not reachable.",
        do=(
            "Set http_proxy, https_proxy and no_proxy for the customizer (sudo drops them: `sudo -E`), and let the "
            "build's subnet through."
        ),
        rank=Rank.GROUND,
        statuses=(1, 4, 5, 7, 8, 22, 56, 100, 128),
    ),
    Rule(
        code="http-refused",
        category=Category.DOWNLOAD,
        patterns=(
            r"The requested URL returned error: (?P<status>\d{3})",
            r"ERROR (?P<status>[45]\d\d): (?P<detail>[A-Z][\w .]{2,60})",
            (
                r"HTTP(?:/\d(?:\.\d)?)? ?(?P<status>40[0-9]|41[0-9]|429|50[0-9]) (?:Not "
                r"Found|Forbidden|Unauthorized|Gone|Too Many Requests|Bad Gateway|Service Unavailable|Gateway "
                r"Time-?out|Internal Server Error|Service Temporarily)"
            ),
            r"HTTP Error (?P<status>[45]\d\d)",
            r"HTTP status code (?P<status>[45]\d\d)",
            r"HTTP response code for '(?P<url>\S+)' is wrong - '(?P<status>[45]\d\d)'",
            r"The remote server returned an error: \((?P<status>\d{3})\)",
            r"Response status code does not indicate success: (?P<status>\d{3})",
            r"server returned (?:HTTP )?(?:status )?(?:code )?(?P<status>[45]\d\d)",
            r"Server returned nothing \(no headers, no data\)",
            r"URL using bad/illegal format or missing URL",
            r"toomanyrequests: (?P<detail>You have reached .{0,120})",
            (
                r"<Code>(?P<detail>AuthenticationFailed|BlobNotFound|ResourceNotFound|"
                r"AuthorizationFailure|NoSuchKey|AccessDenied)</Code>"
            ),
            r"unexpected status code (?P<url>\S+): (?P<status>[45]\d\d)",
        ),
        says="A download was refused: {status}{detail} {url}.",
        means=(
            "404: the address is wrong or the file has gone; 401 and 403: it needs a token, or a signature in the "
            "address has expired; 429: too many requests."
        ),
        do=(
            "Open the address yourself; pin a version that stays; for private files use a File customizer with the "
            "identity instead of a signed address."
        ),
        statuses=(1, 8, 22, 100),
    ),
    Rule(
        code="download-failed",
        category=Category.DOWNLOAD,
        patterns=(
            r"(?:Could not|Couldn't|Cannot|Unable to|Failed to) download (?:from )?'?(?P<url>https?://[^\s']+)",
            r"(?:Error|Failure|Failed) downloading (?:.{0,120} )?from:? '?(?P<url>https?://[^\s']+)",
            r"Download(?:ing)? of '?(?P<url>https?://[^\s']+?)'? (?:has )?failed",
        ),
        says="A download failed: {url}.",
        means="The address is wrong, the file has gone, or the network keeps the build VM from it; lines above say.",
        do="Open the address yourself; pin a version that stays; check what the build's subnet may reach.",
        rank=Rank.VAGUE,
        confidence=Confidence.MEDIUM,
        statuses=(1, 2, 4, 6, 8, 22),
    ),
    Rule(
        code="git",
        category=Category.DOWNLOAD,
        patterns=(
            r"fatal: repository '(?P<url>[^']+)' not found",
            r"remote: Repository not found",
            r"fatal: Authentication failed for '(?P<url>[^']+)'",
            r"fatal: could not read Username for '(?P<url>[^']+)'",
            r"Permission denied \(publickey",
            r"Host key verification failed",
            r"fatal: Remote branch (?P<detail>\S+) not found in upstream",
            r"error: pathspec '(?P<detail>[^']+)' did not match any file",
            r"fatal: Could not read from remote repository",
            r"fatal: destination path '(?P<path>[^']+)' already exists and is not an empty directory",
            r"fatal: not a git repository",
            r"fatal: detected dubious ownership in repository at '(?P<path>[^']+)'",
        ),
        says="git could not fetch the repository: {url}{detail}{path}.",
        means="The address or branch is wrong, or the repository is private and the build VM has no credentials.",
        do="Check address and branch; fetch private code on the runner and bring it in with a File customizer.",
        statuses=(1, 128),
    ),
    Rule(
        code="archive-broken",
        category=Category.DOWNLOAD,
        patterns=(
            r"gzip: stdin: not in gzip format",
            r"tar: This does not look like a tar archive",
            r"End-of-central-directory signature not found",
            r"tar: Child returned status",
            r"unexpected end of file in archive",
            r"xz: \(stdin\): File format not recognized",
            r"dpkg-deb: error: '(?P<path>[^']+)' is not a Debian format archive",
            r"is not a Debian format archive",
            r"Central Directory corrupt",
            r"curl: \(18\) transfer closed",
            r"curl: \(23\) (?P<detail>Fail\w+ writing .{0,60})",
        ),
        says="A downloaded file is not the archive that was expected: {path}{detail}.",
        means="An error page was saved under the archive's name (curl without `--fail`), or the download ended early.",
        do="Give curl `--fail --location --retry 5`, and check the file's SHA-256 before it is unpacked.",
        statuses=(1, 2, 9, 18, 23),
    ),
    Rule(
        code="checksum-in-script",
        category=Category.CHECKSUM,
        patterns=(
            r"sha(?:1|224|256|384|512)sum: WARNING: (?P<count>\d+) computed checksums? did NOT match",
            r"computed checksums? did NOT match",
            r"checksum mismatch(?: for (?P<path>\S+))?",
            r"checksum (?:verification|validation|check) (?:has )?failed(?: for (?P<path>\S+))?",
            r"checksums? (?:do(?:es)? not|did not|didn't|doesn't) match",
            r"Checksums did not match",
            r"hash (?:mismatch|does not match)",
            r"hashes do not match",
        ),
        says="A file did not have the checksum that was asked for: {path}.",
        means="The file behind the address has changed, or the download was cut or replaced by an error page.",
        do="Compare the file with its publisher's checksum; if the change is meant, enter the new checksum.",
        scope=Scope.ANY,
        rank=Rank.SPECIFIC,
        statuses=(1,),
    ),
    Rule(
        code="clock",
        category=Category.NETWORK,
        patterns=(r"certificate is not yet valid", r"Release file .{0,120} is not valid yet"),
        says="The build VM's clock is wrong, so that certificates and lists do not count as valid.",
        means="Time was not synchronised yet when the script began.",
        do="Wait for time synchronisation: `sudo systemctl restart chrony; chronyc waitsync 30`.",
        confidence=Confidence.MEDIUM,
        rank=Rank.GROUND,
    ),
)
