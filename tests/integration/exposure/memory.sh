# memory.sh RAKIT: the PINs of the card that was updated are in no memory of the RA when it ends; those of the officer's
# PKCS#12 aren't either. What a PKCS#11 module of somebody else keeps of the officer's card's PIN isn't ours to wipe: it is named.
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

# The officer's card, through OpenSC's module: what is found of its PIN is named.
sed "s/333333/57139284/" "$here/../../../virtual_cards/images/builtin/officer.yaml" > officer.yaml
"$rakit" card new card.yaml --seed 2 --out other.yaml
printf '%s\n' 93847561 68420913 > secrets
echo 57139284 > named
printf 'signature-pin 57139284\ntls-pin 57139284\npin:01 93847561\npin:02 68420913\n' > lines
slot="slot-description=Virtual%20PCD%2000%2001"
"$rakit" sandbox --card other.yaml --card officer.yaml -- bash -c '/usr/bin/python3 -B "$0" --named named secrets "$1" update \
    --cm "$2" --cm-ca state/ca.pem --officer "$3" --journal journal-card --pin-fd 3 --procedure employee-tc --action 45=redo \
    --action 46=redo --field commonName="Anna Ek" 3< lines' "$here/memory.py" "$rakit" "$url" \
    "pkcs11:$slot;id=%46?module-path=$opensc" | tee named.log
expect 'of 1 that others may keep' named.log

# The search finds a secret that is there: a program that keeps what it reads.
printf 'import os, sys\nkept = open(sys.argv[1], "rb").read()\nos._exit(0)\n' > keeper.py
if /usr/bin/python3 -B "$here/memory.py" --named named secrets /usr/bin/python3 keeper.py secrets > found; then fail "a kept secret isn't found"; fi
expect 'FAILED: secret 2 in' found
if /usr/bin/python3 -B "$here/memory.py" --named named secrets /usr/bin/python3 keeper.py named > found; then :; else
    fail "what is only to be named is counted"
fi
expect 'NAMED: secret 1 in' found
