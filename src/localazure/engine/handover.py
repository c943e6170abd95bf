"""The machine's way to package archives, lent to a build machine and taken back before a disk is made.

Certificates and settings lie in the container's /run, which is memory; what has to stand in /etc to be found are
links and marked lines, and `take_back` removes them. A customizer that rebuilds the certificate bundle finds them
again by a hook.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Mapping

from localazure.engine.bases.debian import SOURCES_FILE
from localazure.engine.container import Container
from localazure.engine.machine_apt import DEFAULT_MIRROR, MachineApt

_PLACE = "/run/build-machine"
_GIVE = f"""set -e
umask 022; mkdir -p {_PLACE}; tar --extract --no-same-owner --directory {_PLACE}
ln -sf {_PLACE}/apt.conf /etc/apt/apt.conf.d/00-build-machine
if [ -f {_PLACE}/certificates.pem ]; then
  mkdir -p /etc/ca-certificates/update.d /etc/ssl/certs; number=0
  ln -sf {_PLACE}/add-certificates /etc/ca-certificates/update.d/build-machine
  for one in {_PLACE}/*.crt; do
    ln -sf $one /etc/ssl/certs/$(openssl x509 -noout -hash -in $one).$number; number=$((number + 1))
  done
  {_PLACE}/add-certificates
fi
if [ -f {_PLACE}/mirror.sources ] && [ -f {SOURCES_FILE} ]; then
  [ -f {_PLACE}/original.sources ] || cp {SOURCES_FILE} {_PLACE}/original.sources
  cp {_PLACE}/mirror.sources {SOURCES_FILE}
fi
"""
_ADD_CERTIFICATES = f"""#!/bin/sh
# Bundle lines that this build machine lends; removed before the image is made.
printf '%s\\n' '# build machine: begin' >> /etc/ssl/certs/ca-certificates.crt
cat {_PLACE}/certificates.pem >> /etc/ssl/certs/ca-certificates.crt
printf '%s\\n' '# build machine: end' >> /etc/ssl/certs/ca-certificates.crt
"""
_TAKE_BACK = f"""
rm -f /etc/apt/apt.conf.d/00-build-machine /etc/ca-certificates/update.d/build-machine
find /etc/ssl/certs -lname '{_PLACE}/*' -delete 2>/dev/null
rmdir --ignore-fail-on-non-empty /etc/ca-certificates/update.d 2>/dev/null
[ -f /etc/ssl/certs/ca-certificates.crt ] &&
  sed -i '/^# build machine: begin$/,/^# build machine: end$/d' /etc/ssl/certs/ca-certificates.crt
if [ -f {_PLACE}/original.sources ] && cmp -s {_PLACE}/mirror.sources {SOURCES_FILE}; then
  cp {_PLACE}/original.sources {SOURCES_FILE}
elif [ -f {_PLACE}/restore.sed ] && [ -f {SOURCES_FILE} ]; then
  sed -i -f {_PLACE}/restore.sed {SOURCES_FILE}
fi
rm -rf {_PLACE}
"""
RECIPE = (_GIVE, _ADD_CERTIFICATES, _TAKE_BACK)  # what of this file a layer depends on


def give(container: Container, apt: MachineApt, release: str) -> None:
    """Lend the machine's settings."""
    container.run(["/bin/sh", "-c", _GIVE], stdin=_archive(_files(apt, release)))


def take_back(container: Container) -> None:
    """Remove whatever `give` left. Idempotent."""
    container.run(["/bin/sh", "-c", _TAKE_BACK], check=False)


def _files(apt: MachineApt, release: str) -> Mapping[str, bytes]:
    options = dict(apt.options)
    for scheme in ("http", "https"):
        if f"{scheme}_proxy" in apt.proxies:
            options.setdefault(f"Acquire::{scheme}::Proxy", apt.proxies[f"{scheme}_proxy"])
    files = {"apt.conf": "".join(f'{name} "{value}";\n' for name, value in options.items()).encode()}
    if apt.certificates:
        files["certificates.pem"] = b"\n".join(apt.certificates) + b"\n"
        files["add-certificates"] = _ADD_CERTIFICATES.encode()
        files |= {f"{number}.crt": one for number, one in enumerate(apt.certificates)}
    if apt.mirror != DEFAULT_MIRROR:
        lines = [f"deb {uri} {suite} main" for uri, suite in apt.sources(release)]
        files["mirror.sources"] = "\n".join(_stanza(line) for line in lines).encode()
        files["restore.sed"] = _restoring(apt).encode()
    return files


def _restoring(apt: MachineApt) -> str:
    """For sources that a customizer went on from: Debian's own addresses in place of the lent ones."""
    pairs = [(apt.security_mirror, f"{DEFAULT_MIRROR}-security"), (apt.mirror, DEFAULT_MIRROR)]
    return "".join(f"s|{re.escape(lent)}|{own}|g\n" for lent, own in pairs)


def _stanza(line: str) -> str:
    _, uri, suite, component = line.split()
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    return f"Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: {component}\nSigned-By: {keyring}\n"


def _archive(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755 if name == "add-certificates" else 0o644
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()
