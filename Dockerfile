# A static binary and nothing else.
# Build: docker build --build-arg VERSION=0.1.0 -t newsbell .
# Run: docker run --stop-timeout 90 -v newsbell:/data -e NEWSBELL_TELEGRAM_TOKEN newsbell
# For another architecture it is compiled on this one: docker buildx build --platform linux/arm64
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=0.1.0-dev
ARG COMMIT=
ARG TARGETOS
ARG TARGETARCH
ARG TARGETVARIANT
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH GOARM=${TARGETVARIANT#v} CGO_ENABLED=0 \
    go build -trimpath -ldflags="-s -w -X newsbell/cli.version=$VERSION -X newsbell/cli.commit=$COMMIT" -o /newsbell . && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /newsbell /newsbell
COPY --from=build --chown=65532:65532 /data /data
COPY --from=build --chown=65532:65532 --chmod=1777 /tmp /tmp
USER 65532
# The database and, if there is one, config.toml live here.
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=1m --start-period=2m CMD ["/newsbell", "check", "--live"]
ENTRYPOINT ["/newsbell"]
CMD ["run"]
