# What the scripts share: strict mode, a folder of their own, OpenSC's PKCS#11 module.
set -euo pipefail
export LC_ALL=C
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
module=$(ls /usr/lib/*/opensc-pkcs11.so | head -n 1)
token() { pkcs11-tool --module "$module" --login "$@"; }
fail() { echo "FAILED: $*" >&2; exit 1; }
expect() { grep -q -e "$1" "$2" || { cat "$2" >&2; fail "no '$1' in $2"; }; }
public_key() { pkcs15-tool --read-certificate "$1" > "certificate$1.pem"; openssl x509 -in "certificate$1.pem" -noout -pubkey > "key$1.pem"; }
echo "a message" > message
openssl dgst -sha256 -binary message > digest
