#!/bin/sh
# The roles of one image. Each ends in exec, so that signals reach the process itself.
#   web        bring the database to the newest migration, then serve
#   ringing    wake the operators' desks when a call rings
#   desks      answer open worklists for the proxy (optional)
#   worker     carry out jobs
#   relay      hand the outbox to the queue
#   scheduler  start what is due: sweeps, seals, reports
#   migrate    bring the database to the newest migration, then end
#   check      is the web role healthy? check ringing: does that one hear? check desks (for health checks)
#   hotline …  any other command
set -eu

role=${1:-web}
[ $# -eq 0 ] || shift

case "$role" in
    web)
        # Under an advisory lock: of several that start at once, one migrates and the others wait.
        hotline db upgrade
        exec hotline serve "$@"
        ;;
    ringing | desks | worker | relay | scheduler)
        exec hotline "$role" "$@"
        ;;
    migrate)
        exec hotline db upgrade "$@"
        ;;
    check)
        if [ "${1:-web}" = ringing ]; then
            port=${HOTLINE_RINGING_BIND:-127.0.0.1:12346} path=/readyz
        elif [ "${1:-web}" = desks ]; then
            port=${HOTLINE_DESKS_BIND:-127.0.0.1:12347} path=/healthz
        elif [ -n "${HOTLINE_SOCKET:-}" ]; then
            # Nothing but the proxy's socket to ask; an answer of any other status is not well either.
            exec python3 -c '
import socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.settimeout(4)
    asked.connect(sys.argv[1])
    asked.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
    sys.exit(b" 200 " not in asked.recv(64))' "$HOTLINE_SOCKET"
        else
            port=${HOTLINE_BIND:-127.0.0.1:12345} path=/healthz
        fi
        exec python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=4)' \
            "http://127.0.0.1:${port##*:}$path"
        ;;
    hotline)
        exec hotline "$@"
        ;;
    *)
        echo "entrypoint: unknown role '$role'; roles: web ringing desks worker relay scheduler migrate check hotline" >&2
        exit 64
        ;;
esac
