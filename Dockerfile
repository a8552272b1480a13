# Every service and the command line in one image: `docker compose build`.
# A command is one of them: ingest, buffer, writer, standalone, or `fleet-forensics ARG ...`.

# What runs: no compiler, no test.
FROM node:24-bookworm-slim AS packages
WORKDIR /opt/fleet-forensics
COPY package.json package-lock.json ./
COPY libs/shared/package.json libs/shared/
COPY apps/buffer/package.json apps/buffer/
COPY apps/cli/package.json apps/cli/
COPY apps/ingest/package.json apps/ingest/
COPY apps/standalone/package.json apps/standalone/
COPY apps/writer/package.json apps/writer/
# None of the packages that run needs a script to install.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.md' \) ! -iname 'licen*' -delete

FROM packages AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tools/build.mjs tools/
COPY tsconfig.base.json tsconfig.json ./
COPY libs libs
COPY apps apps
RUN node tools/build.mjs \
 && mkdir /built && cp -r --parents apps/*/dist apps/*/bin apps/*/package.json libs/*/dist libs/*/package.json /built \
 && find /built \( -name '*.map' -o -name '*.d.ts' -o -name '*.tsbuildinfo' \) -delete

# node:24-bookworm-slim without npm, yarn and Node's headers: what runs needs none of them.
FROM debian:bookworm-slim
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --no-create-home --home-dir /var/lib/fleet-forensics node \
 && install -d -o node -g node -m 0700 /var/lib/fleet-forensics \
 && install -d -o node -g node -m 0750 /run/fleet-forensics \
 && install -d -o node -g node -m 0755 /etc/fleet-forensics \
 && ln -s /opt/fleet-forensics/apps/cli/bin/fleet-forensics.mjs /usr/local/bin/fleet-forensics
COPY --from=packages /usr/local/bin/node /usr/local/bin/
COPY deploy/image /usr/local/bin
COPY LICENSE /opt/fleet-forensics/
COPY --from=packages /opt/fleet-forensics/node_modules /opt/fleet-forensics/node_modules
COPY --from=build /built /opt/fleet-forensics

ARG VERSION=0.2.0
ARG REVISION=
LABEL org.opencontainers.image.title="fleet-forensics" \
      org.opencontainers.image.description="A flight recorder for FTP fleets" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
ENV NODE_ENV=production FF_DATA_DIR=/var/lib/fleet-forensics FF_OPS_PORT=9464 FF_REVISION=$REVISION
WORKDIR /var/lib/fleet-forensics
USER 1000:1000
EXPOSE 8080 9464
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["is-ready"]
ENTRYPOINT ["start-service"]
CMD ["standalone"]
