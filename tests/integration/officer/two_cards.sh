# two_cards.sh RAKIT URL: runs inside the sandbox, in the folder of officer.sh.
set -euo pipefail
rakit=$1
url=$2
module=$(ls /usr/lib/*/opensc-pkcs11.so | head -n 1)
fail() { echo "FAILED: $*" >&2; exit 1; }
update() {
    "$rakit" update --cm "$url" --cm-ca state/ca.pem --journal journal --pin-fd 3 --procedure employee-tc \
        --field commonName="Anna Ek" "$@"
}
slot="slot-description=Virtual%20PCD%2000%2001"
tls="pkcs11:$slot;id=%45?module-path=$module"
sign="pkcs11:$slot;id=%46?module-path=$module"

# Never a PIN in an argument.
if update --officer "$tls&pin-value=333333" --action 45=redo 3< /dev/null 2> error; then fail "pin-value was taken"; fi
grep -q 'usage.*PIN' error || { cat error; fail "pin-value is not named"; }

# A wrong signature PIN is said, and costs one try.
if update --officer-tls "$tls" --officer-sign "$sign" --reader "Virtual PCD 00 00" --action 45=redo \
    3< <(printf 'signature-pin 999999\n') 2> error; then fail "a wrong signature PIN went well"; fi
grep -q pin_wrong error || { cat error; fail "the wrong signature PIN is not named"; }

# No card where the URI says.
if update --officer "pkcs11:token=Nobody?module-path=$module" --action 45=redo 3< /dev/null 2> error; then
    fail "a missing card went well"
fi
grep -q officer_card_absent error || { cat error; fail "the missing officer's card is not named"; }

# The officer's card in the target's place.
if update --officer "$sign" --reader "Virtual PCD 00 01" --action 45=redo 3< /dev/null 2> error; then
    fail "the officer's card was updated"
fi
grep -q officer_card_is_target error || { cat error; fail "officer_card_is_target is not named"; }

# TLS by the RSA key, CMS by the EC key; the target is found beside the officer's card without --reader.
update --officer-tls "$tls" --officer-sign "$sign" --action 45=redo --action 46=redo \
    3< <(printf 'signature-pin 333333\ntls-pin 333333\npin:01 111111\npin:02 222222\n')
pkcs15-tool --reader 0 --read-certificate 45 | openssl x509 -noout -subject | grep -q 'Anna Ek' || fail "no new certificate"

# One credential for both: the EC key.
"$rakit" update --cm "$url" --cm-ca state/ca.pem --journal journal --pin-fd 3 --procedure employee \
    --field commonName="Anna Ek" --officer "$sign" --action 45=add 3< <(printf 'signature-pin 333333\npin:01 111111\n')
