# The container action. Debian's own Python, hash-locked packages, compiled ahead; nothing runs through a shell.
# The runner builds it with a plain `docker build`, so it must not need BuildKit.
FROM debian:trixie-slim@sha256:a29215f6a35e51e22adffa17f89e9d2ef06214e64a2bad10d765c46aea49f11f AS base

FROM base AS builder
SHELL ["/bin/sh", "-eu", "-c"]
# The digest of the base pins Debian; its security updates are wanted.
# hadolint ignore=DL3008
RUN apt-get update; \
    apt-get install -y --no-install-recommends python3-venv; \
    rm -rf /var/lib/apt/lists/*
COPY docker/requirements.txt /requirements.txt
RUN python3 -m venv --without-pip /opt/imagegate; \
    python3 -m venv /tmp/installer; \
    /tmp/installer/bin/pip --python /opt/imagegate/bin/python install --no-cache-dir --no-deps --no-compile \
      --only-binary :all: --require-hashes --requirement /requirements.txt; \
    rm -rf /tmp/installer
COPY src/imagegate /opt/imagegate/lib/python3.13/site-packages/imagegate
COPY src/armtemplate /opt/imagegate/lib/python3.13/site-packages/armtemplate
COPY templates/azure /opt/imagegate/lib/python3.13/site-packages/imagegate/azure_templates
COPY docker/action docker/action-post /opt/imagegate/bin/
RUN /opt/imagegate/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/imagegate/lib

FROM base
SHELL ["/bin/sh", "-eu", "-c"]
# hadolint ignore=DL3008
RUN apt-get update; \
    apt-get install -y --no-install-recommends ca-certificates python3; \
    rm -rf /var/lib/apt/lists/*
COPY --from=builder /opt/imagegate /opt/imagegate
# Root, as GitHub wants it of container actions: the workspace is the host user's, and so are the runner's files.
ENTRYPOINT ["/opt/imagegate/bin/action"]
