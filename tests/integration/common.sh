# common.sh: what the scripts here share, to be sourced: strict mode, a folder of their own that goes at the end, words for
# what fails, OpenSC's PKCS#11 module, a CM host.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
opensc=$(ls /usr/lib/*/opensc-pkcs11.so | head -n 1)
fail() { echo "FAILED: $*" >&2; exit 1; }
expect() { grep -q -e "$1" "$2" || { cat "$2" >&2; fail "no '$1' in $2"; }; }
refused() { if "$@" > refused.log 2>&1; then fail "taken, but shouldn't be: $*"; fi; }

# own_folder: begins in a new folder. The sandbox runs its command as it runs itself, but pcscd as somebody else.
cm=
end_of_script() {
    if [ -n "$cm" ]; then kill "$cm" 2>/dev/null && wait "$cm" || true; fi
    rm -rf "$folder"
}
own_folder() {
    folder=$(mktemp -d)
    trap end_of_script EXIT
    cd "$folder"
    chmod 755 "$folder"
}

# message_and_digest: something to sign.
message_and_digest() {
    echo "a message" > message
    openssl dgst -sha256 -binary message > digest
}

# What a card's key does, openssl undoes. `user` is the script's own: pkcs11-tool on the script's token, with
# its PIN.
# rsa_signature_by ID PUBLIC, ec_signature_by ID PUBLIC: the key signs the message, or its digest
rsa_signature_by() {
    user --sign -m SHA256-RSA-PKCS --id "$1" -i message -o signature > signed.log
    openssl dgst -sha256 -verify "$2" -signature signature message
}
ec_signature_by() {
    user --sign -m ECDSA --signature-format openssl --id "$1" -i digest -o signature > signed.log
    openssl pkeyutl -verify -pubin -inkey "$2" -sigfile signature -in digest
}
# decipherment_by ID PUBLIC
decipherment_by() {
    openssl pkeyutl -encrypt -pubin -inkey "$2" -in digest -out cryptogram
    user --decrypt -m RSA-PKCS --id "$1" -i cryptogram -o plain > deciphered.log
    cmp plain digest || fail "key $1 deciphers something else"
}
# agreement_by ID PUBLIC CURVE MECHANISM
agreement_by() {
    openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$3" -out peer.key
    openssl pkey -in peer.key -pubout -outform DER -out peer.der
    user --derive -m "$4" --id "$1" -i peer.der -o secret > derived.log
    openssl pkeyutl -derive -inkey peer.key -peerkey "$2" -out expected
    cmp secret expected || fail "key $1 derives something else"
}
# token_test: pkcs11-tool's own
token_test() {
    user --test > token.log 2>&1 || { cat token.log; fail "pkcs11-tool --test"; }
    expect '^No errors' token.log
}
# ssh_key_of PUBLIC MODULE: ssh-keygen finds the key through PKCS#11; the list is left in ./keys
ssh_key_of() {
    ssh-keygen -D "$2" > keys
    ssh-keygen -i -m PKCS8 -f "$1" > expected
    grep -qF "$(cut -d' ' -f2 expected)" keys || fail "ssh-keygen doesn't show the key $1"
}

# start_cm RAKIT: a CM host of the script's own with its state in ./state; sets url.
start_cm() {
    "$1" cm serve --state state --listen 127.0.0.1:0 --ready-file ready.json > cm.log 2>&1 &
    cm=$!
    for _ in $(seq 100); do
        [ -f ready.json ] && break
        kill -0 "$cm" || { cat cm.log; exit 1; }
        sleep 0.1
    done
    [ -f ready.json ] || { cat cm.log; fail "the CM host is not ready after 10 s"; }
    url=$(/usr/bin/python3 -c 'import json; print(json.load(open("ready.json"))["url"])')
}
