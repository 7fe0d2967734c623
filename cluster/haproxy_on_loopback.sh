#!/bin/sh
# HAProxy as Ray Serve starts it, but with everything it listens on kept to loopback, and with one of
# the API's own problems where Serve has a bare 500: when no replica answers, asking again may help.
set -eu
problem=$(dirname "$0")/no_replica.http
previous=
for argument in "$@"; do
    if [ "$previous" = -f ] && [ -f "$argument" ]; then
        answer=$(dirname "$argument")/500.http # what its `errorfile` lines name
        cp "$problem" "$answer"
        # A replica that dies with a request which Serve's own proxy has brought is a 500 of that one.
        sed -i -E "$argument" -e 's/^( *bind +)\*?:/\1127.0.0.1:/' -e "/^frontend http_frontend/a\\
    http-response return status 503 errorfile $answer if { status 500 } \
!{ res.hdr(content-type) -m beg application/problem+json }"
    fi
    previous=$argument
done
exec "$HAPROXY_BINARY" "$@"
