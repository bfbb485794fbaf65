# What the scripts share: a folder of their own, a token by OpenSC's PKCS#11 module, a public key.
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
own_folder
# as LABEL PIN: whose token `user` takes from here on, with its PIN
as() { label=$1 pin=$2; }
user() { pkcs11-tool --module "$opensc" --login --token-label "$label" --pin "$pin" "$@"; }
public_key() { pkcs15-tool --read-certificate "$1" > "certificate$1.pem"; openssl x509 -in "certificate$1.pem" -noout -pubkey > "key$1.pem"; }
message_and_digest
