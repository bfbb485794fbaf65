#!/bin/sh
# Runs Debian's vicc (vsmartcard-vpicc, python3-virtualsmartcard) as an ISO 7816 card of the vpcd at 127.0.0.1:PORT:
# `vicc.sh PORT`. The package doesn't start by itself: its modules lie one folder deeper than Python looks, and without
# PyCrypto, which Debian 12 doesn't have, it imports Python 2's `sha`.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"; [ -z "${card:-}" ] || kill "$card" 2>/dev/null' EXIT
trap 'exit 0' INT TERM
printf 'from hashlib import sha1 as new\n' >"$folder/sha.py"
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/usr/lib/python3/site-packages/virtualsmartcard:$folder \
    vicc -t iso7816 -H 127.0.0.1 -P "$1" </dev/null >/dev/null 2>"$folder/log" &
card=$!
wait "$card" || { cat "$folder/log" >&2; exit 1; }
