# rest.sh RAKIT URL: runs inside the sandbox, in the folder of officer.sh: the REST dialect on a card with certificates.
set -euo pipefail
rakit=$1
url=$2
fail() { echo "FAILED: $*" >&2; exit 1; }
update() {
    "$rakit" update --cm "$url" --cm-ca state/ca.pem --journal journal --officer state/officer.p12 --pin-fd 3 \
        --cm-dialect rest --field commonName="Anna Ek" "$@" \
        3< <(printf 'signature-pin %s\npin:01 111111\npin:02 222222\n' "$(cat state/officer.password)")
}
# What the dialect can't carry is said before anything is sent.
if update --procedure employee-tc --action 45=redo 2> error; then fail "TC controls went over REST"; fi
grep -q dialect_cannot_carry error || { cat error; fail "dialect_cannot_carry is not named"; }
update --procedure employee-at-once --action 45=redo --action 46=redo 2> notices || { cat notices; fail "Redo over REST"; }
grep -q order_not_atomic notices || { cat notices; fail "not said that the order is not atomic"; }
for key in 45 46; do
    pkcs15-tool --reader 0 --read-certificate $key | openssl x509 -noout -subject | grep -q 'Anna Ek' || fail "key $key"
done
[ -z "$(find journal -name '*.json')" ] || fail "an order is still open"
