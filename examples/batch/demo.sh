#!/bin/sh
# demo.sh RAKIT [FACES]: a hopper of four cards, orders for three of them and for one that isn't there, a card that jams on
# its way out; the operator mends it, and the same command brings the batch to its end. FACES: folder for what is printed.
set -eu
rakit=$1
faces=${2:-}
here=$(dirname "$0")
work=$(mktemp -d)
"$rakit" cm serve --state "$work/cm" --listen 127.0.0.1:0 --ready-file "$work/ready.json" >"$work/cm.log" 2>&1 &
cm=$!
trap 'kill "$cm"; wait "$cm" || :; rm -rf "$work"' EXIT
tries=0
until [ -s "$work/ready.json" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || { cat "$work/cm.log"; exit 1; }
    sleep 0.1
done
mkdir "$work/faces"
for serial in 0A0B01 0A0B02 0A0B03 0A0B04 0A0B05; do
    "$rakit" card new pkcs15-tc --serial "$serial" --out "$work/$serial.yaml"
done
"$rakit" sandbox --printer --faces "${faces:-$work/faces}" -- "$here/inside.sh" "$rakit" "$work" "$here/orders.csv"
