# What the scripts share: strict mode, a folder of their own, both PKCS#11 modules, a key and a certificate of openssl's.
set -euo pipefail
export LC_ALL=C
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
opensc=$(ls /usr/lib/*/opensc-pkcs11.so | head -n 1)
ykcs11=$(ls /usr/lib/*/libykcs11.so.2 | head -n 1)
fail() { echo "FAILED: $*" >&2; exit 1; }
expect() { grep -q -e "$1" "$2" || { cat "$2" >&2; fail "no '$1' in $2"; }; }
refused() { if "$@" > refused.log 2>&1; then fail "taken, but shouldn't be: $*"; fi; }
echo "a message" > message
openssl dgst -sha256 -binary message > digest
# key_and_certificate NAME OPENSSL-KEY-OPTIONS...: NAME.key, NAME.pem, NAME.pub
key_and_certificate() {
    openssl genpkey "${@:2}" -out "$1.key" 2> genpkey.log
    openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 30 -out "$1.pem"
    openssl pkey -in "$1.key" -pubout -out "$1.pub"
}
# certificate_for NAME: a certificate NAME.pem for the public key NAME.pub, by a CA of the script's own
certificate_for() {
    [ -f ca.pem ] || openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -subj "/CN=Script CA" -out ca.pem 2> req.log
    openssl x509 -new -force_pubkey "$1.pub" -subj "/CN=$1" -CA ca.pem -CAkey ca.key -days 30 -out "$1.pem" 2> x509.log
}
# generated SLOT COMMAND...: the command generates a key; SLOT.pub. OpenSC 0.23's piv-tool can't write the public key with
# OpenSSL 3, after the card has generated it: then the card's attestation says which it is.
generated() {
    if "${@:2}" > log 2>&1; then
        openssl pkey -pubin -inform DER -in "$1.der" -out "$1.pub"
    else
        expect 'gen_key unable to gen' log
        yubico-piv-tool -a attest -s "${1,,}" | openssl x509 -noout -pubkey > "$1.pub"
    fi
}
# store OPTIONS...: piv-tool writes something. Its exit status then is the number of octets that it wrote, so that what it
# did must be read back.
store() { piv-tool "$@" > log 2>&1 || true; }
