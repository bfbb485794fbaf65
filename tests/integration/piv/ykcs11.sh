# ykcs11: a token is filled through PKCS#11, tested by pkcs11-tool, and its keys are found by ssh-keygen.
. "$(dirname "$0")/common.sh"
module=$ykcs11
manager() { token --login --login-type so --so-pin 010203040506070801020304050607080102030405060708 "$@"; }
token --list-slots > slots && expect 'YubiKey PIV' slots
# ids are ykcs11's: 1 = 9A, 2 = 9C, 3 = 9D, 4 = 9E
manager --keypairgen --id 1 --key-type RSA:2048 > made
manager --keypairgen --id 2 --key-type EC:prime256v1 > made
manager --keypairgen --id 3 --key-type EC:secp384r1 > made
user --list-objects > objects && expect 'Private key for PIV Authentication' objects
for id in 1 2 3; do
    # not the public key object: pkcs11-tool 0.23 can't make a key of P-384's
    token --read-object --type cert --id $id > $id.der
    openssl x509 -inform DER -in $id.der -noout -pubkey > $id.pub
done
rsa_signature_by 1 1.pub
ec_signature_by 3 3.pub
decipherment_by 1 1.pub
agreement_by 3 3.pub P-384 ECDH1-DERIVE
token_test
ssh_key_of 1.pub "$ykcs11"
expect 'ssh-rsa' keys && expect 'ecdsa-sha2' keys
