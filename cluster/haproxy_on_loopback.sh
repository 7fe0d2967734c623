#!/bin/sh
# HAProxy as Ray Serve starts it, but with everything it listens on kept to loopback.
set -eu
previous=
for argument in "$@"; do
    if [ "$previous" = -f ] && [ -f "$argument" ]; then
        sed -i -E 's/^( *bind +)\*?:/\1127.0.0.1:/' "$argument"
    fi
    previous=$argument
done
exec "$HAPROXY_BINARY" "$@"
