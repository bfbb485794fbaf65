#!/bin/sh
# inside.sh RAKIT WORK ORDERS: the demo's part within the sandbox, whose printer is at $RAKIT_PRINTER.
set -eu
rakit=$1
work=$2
orders=$3
printer() { "$rakit" printer ctl "$RAKIT_CONTROL/printer.sock" "$@" >"$work/ctl"; }
# A line for each prompt; what isn't asked for is left over.
pins() {
    for _ in 1 2 3 4; do
        printf 'signature-pin %s\npin:01 111111\npin:02 222222\n' "$(cat "$work/cm/officer.password")"
    done
}
batch() {
    pins >"$work/pins"
    "$rakit" batch --yes-write-real-card --printer "$RAKIT_PRINTER" --orders "$orders" --state "$work/ra" \
        --cm "$(sed -n 's/.*"url": *"\([^"]*\)".*/\1/p' "$work/ready.json")" --cm-ca "$work/cm/ca.pem" \
        --officer "$work/cm/officer.p12" --pin-fd 3 3<"$work/pins"
}
for serial in 0A0B01 0A0B02 0A0B03 0A0B04; do printer load "$work/$serial.yaml"; done
printer arm '{"kind": "jam-discharge", "phase": "ejecting", "nth": 2}'

echo "--- the first run: the second card jams on its way out"
batch 2>&1 || echo "exit status $?"

echo "--- the operator takes it out of the printer, and puts it into the hopper once more"
printer open-cover
printer close-cover
# It goes back as it is now, not as it came.
printer snapshot 000000000000000A0B02
sed 's/^{"image"://; s/,"ok":true}$//' "$work/ctl" >"$work/0A0B02-now.json"
printer load "$work/0A0B02-now.json"
printer load "$work/0A0B05.yaml"
"$rakit" printer status "$RAKIT_CONTROL/printer.sock"

echo "--- the same command again"
batch 2>&1 || echo "exit status $?"
