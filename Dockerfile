# A static binary, no shell, an ordinary user.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /visnyk . \
 && mkdir /data && chown 65532:65532 /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /visnyk /visnyk
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
ENV VISNYK_DATA_DIR=/data
VOLUME /data
HEALTHCHECK --interval=30s --timeout=6s CMD ["/visnyk", "health"]
ENTRYPOINT ["/visnyk"]
CMD ["run"]
