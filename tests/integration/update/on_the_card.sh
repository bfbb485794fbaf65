# on_the_card.sh RAKIT URL: runs inside the sandbox, in the folder of update_judged.sh.
. "$(dirname "$0")/../common.sh"
rakit=$1
url=$2

update() {
    "$rakit" update --cm "$url" --cm-ca state/ca.pem --officer state/officer.p12 --journal journal --pin-fd 3 "$@" \
        3< <(printf 'signature-pin %s\npin:01 111111\npin:02 222222\n' "$(cat state/officer.password)")
}
# judged KEY TOKEN PIN MECHANISM: OpenSC reads the newest certificate of the key, openssl chains it and checks a signature.
judged() {
    pkcs15-tool --read-certificate "$1" > "certificate$1.pem"
    openssl x509 -in "certificate$1.pem" -noout -subject -nameopt RFC2253 | grep -q 'CN=Anna Ek' || fail "subject of $1"
    openssl verify -x509_strict -CAfile state/ca.pem "certificate$1.pem"
    openssl x509 -in "certificate$1.pem" -noout -pubkey > "key$1.pem"
    local input=message
    [ "$4" = ECDSA ] && input=digest
    pkcs11-tool --module "$opensc" --login --token-label "Rakit TC card ($2)" --pin "$3" --sign --mechanism "$4" --id "$1" \
        --signature-format openssl --input-file "$input" --output-file "signature$1"
    openssl dgst -sha256 -verify "key$1.pem" -signature "signature$1" message
}

message_and_digest
update --procedure employee-tc --action 45=redo --action 46=redo --field commonName="Anna Ek"
# What the update verified doesn't outlive it: an empty VERIFY tells the tries left, not 9000.
for pin in 01 02; do
    opensc-tool --send-apdu "00 20 00 $pin" > state-of-pin
    grep -q 'SW1=0x63, SW2=0xC3' state-of-pin || { cat state-of-pin; fail "PIN $pin is still verified after the update"; }
done
judged 45 "PIN 1" 111111 SHA256-RSA-PKCS
judged 46 "PIN 2" 222222 ECDSA
pkcs15-tool --list-certificates > list
[ "$(grep -c '^X.509' list)" = 2 ] || { cat list; fail "not two certificates after two Redos"; }

# Add: both certificates stand on the card under one id, and OpenSC lists both.
update --procedure employee --action 45=add --field commonName="Anna Ek"
pkcs15-tool --list-certificates > list
[ "$(grep -c '^X.509' list)" = 3 ] || { cat list; fail "not three certificates after Add"; }
[ "$(grep -c 'ID *: 45' list)" = 2 ] || { cat list; fail "not two certificates of key 45 after Add"; }

# With standard error closed no notice gets into a file or socket that took its number.
# The PINs come from a file here: bash would give the number to a pipe.
printf 'signature-pin %s\r\npin:01 111111\r\n' "$(cat state/officer.password)" > lines
"$rakit" update --cm "$url" --cm-ca state/ca.pem --officer state/officer.p12 --journal journal --pin-fd 3 \
    --procedure employee --action 45=redo --field commonName="Anna Ek" 3< lines 2>&-
rm lines
[ -z "$(find journal -type f -size +0)" ] || fail "something was written into the journal's lock"
# A result that can't be written is no success.
if "$rakit" contents > /dev/full 2> full; then fail "contents on a full disk went well"; fi
grep -q io_failed full || { cat full; fail "a full disk is not named"; }

# A person at a terminal: arrow keys, numbers, Reload, fields, hidden PINs. What was done to the card is logged, no PIN in it.
/usr/bin/python3 -B "$(dirname "$0")/on_terminal.py" "$(cat state/officer.password)" "$rakit" update --cm "$url" --cm-ca state/ca.pem \
    --officer state/officer.p12 --state ra-state
/usr/bin/python3 -c 'import json, sys
what = [json.loads(line)["what"] for line in open("ra-state/cards.log")]
sys.exit(what != ["verify", "sign", "submit", "verify", "write", "confirm", "end"] and f"FAILED: the log says {what}")'
if grep -rq -e 111111 -e "$(cat state/officer.password)" ra-state; then fail "a PIN is in the state folder"; fi

# What Issue hands out is in that log by the fingerprint that openssl gives the file.
update --state ra-state --procedure employee --action 45=issue --field commonName="Anna Ek" --out-dir handed-out
file=$(find handed-out -type f | head -n 1)
fingerprint=$(openssl x509 -in "$file" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g')
grep '"hand-out"' ra-state/cards.log | grep -q "SHA-256 $fingerprint" || { cat ra-state/cards.log; fail "the log doesn't name $file"; }

# The officer's choice of fields is kept: what was hidden the last time is refused the next time.
update --state ra-state --procedure employee --action 45=redo --field commonName="Anna Ek" --hide-field title --remember-fields
if update --state ra-state --procedure employee --action 45=redo --field commonName="Anna Ek" --field title=Dr 2> hidden; then
    fail "a field that the officer hid was taken"
fi
grep -q 'field_not_allowed.*title.*make it visible' hidden || { cat hidden; fail "the hidden field is not named"; }
# A number that isn't one is told, not wrapped.
if "$rakit" update --cm "$url" --cm-ca state/ca.pem --officer state/officer.p12 --pin-fd -1 2> number; then fail "--pin-fd -1"; fi
grep -q "usage.*'-1' is no whole number" number || { cat number; fail "--pin-fd -1 is not explained"; }

# A signal at a hidden prompt gives the terminal its echo back.
/usr/bin/python3 -B "$(dirname "$0")/signal_at_prompt.py" "$rakit" update --cm "$url" --cm-ca state/ca.pem \
    --officer state/officer.p12 --journal journal --procedure employee --action 45=redo --field commonName=A

# A wrong PIN is said with the tries left and not tried again; the card takes the right one afterwards.
if "$rakit" update --cm "$url" --cm-ca state/ca.pem --officer state/officer.p12 --journal journal --pin-fd 3 \
    --procedure employee --action 45=redo --field commonName="Anna Ek" \
    3< <(printf 'signature-pin %s\npin:01 999999\n' "$(cat state/officer.password)") 2> wrong; then
    fail "a wrong PIN was taken"
fi
grep -q 'pin_wrong.*2 tries left' wrong || { cat wrong; fail "pin_wrong doesn't tell the tries left"; }
pkcs15-tool --verify-pin --auth-id 01 --pin 111111
