# bindery with git, which tells it when pages changed: an image for pipelines.
# Build the programs first: sh scripts/release.sh
FROM debian:bookworm-slim@sha256:96e378d7e6531ac9a15ad505478fcc2e69f371b10f5cdf87857c4b8188404716
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git \
  && rm -rf /var/lib/apt/lists/*
# x86_64 or aarch64
ARG ARCH=x86_64
COPY dist/${ARCH}/bindery /usr/local/bin/bindery
# A pipeline mounts the repo as another user than the one who runs it.
RUN git config --system --add safe.directory '*'
WORKDIR /repo
CMD ["bindery", "--help"]
