# memory.sh RAKIT: the PINs of the card that was updated are in no memory of the RA when it ends; those of the officer's
# PKCS#12 aren't either. What a PKCS#11 module of somebody else keeps isn't ours to wipe.
. "$(dirname "$0")/../common.sh"
rakit=$1
own_folder
start_cm "$rakit"
sed "s/111111/93847561/; s/222222/68420913/" "$here/../../../virtual_cards/images/builtin/pkcs15-tc.yaml" > card.yaml
printf '%s\n' 93847561 68420913 "$(cat state/officer.password)" > secrets
printf 'signature-pin %s\npin:01 93847561\npin:02 68420913\n' "$(cat state/officer.password)" > lines
"$rakit" sandbox --card card.yaml -- bash -c '/usr/bin/python3 -B "$0" secrets "$1" update --cm "$2" --cm-ca state/ca.pem \
    --officer state/officer.p12 --journal journal --pin-fd 3 --procedure employee-tc --action 45=redo --action 46=redo \
    --field commonName="Anna Ek" 3< lines' "$here/memory.py" "$rakit" "$url"
# The search finds a secret that is there: a program that keeps what it reads.
printf 'import os, sys\nkept = open(sys.argv[1], "rb").read()\nos._exit(0)\n' > keeper.py
if /usr/bin/python3 -B "$here/memory.py" secrets /usr/bin/python3 keeper.py secrets > found; then fail "a kept secret isn't found"; fi
expect 'secret 3 in' found
