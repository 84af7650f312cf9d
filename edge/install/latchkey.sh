#!/bin/sh
# Starts the program of this release with the Node that lies beside it.
here=$(dirname "$(readlink -f "$0")")
export UV_THREADPOOL_SIZE="${UV_THREADPOOL_SIZE:-24}" MALLOC_ARENA_MAX=2 LATCHKEY_RELEASE="$here"
exec "$here/node" --max-semi-space-size=1 "$here/app/dist/bin/latchkey.js" "$@"
