# ykcs11: a token is filled through PKCS#11, tested by pkcs11-tool, and its keys are found by ssh-keygen.
. "$(dirname "$0")/common.sh"
token() { pkcs11-tool --module "$ykcs11" "$@" 2> log || { cat log >&2; fail "pkcs11-tool $*"; }; }
user() { token --login --pin 123456 "$@"; }
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
user --sign -m SHA256-RSA-PKCS --id 1 -i message -o signature > done
openssl dgst -sha256 -verify 1.pub -signature signature message
user --sign -m ECDSA --signature-format openssl --id 3 -i digest -o signature > done
openssl pkeyutl -verify -pubin -inkey 3.pub -sigfile signature -in digest
openssl pkeyutl -encrypt -pubin -inkey 1.pub -in digest -out cryptogram
user --decrypt -m RSA-PKCS --id 1 -i cryptogram -o plain > done
cmp plain digest || fail "decipherment"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out peer.key
openssl pkey -in peer.key -pubout -outform DER -out peer.der
user --derive -m ECDH1-DERIVE --id 3 -i peer.der -o secret > done
openssl pkeyutl -derive -inkey peer.key -peerkey 3.pub -out expected
cmp secret expected || fail "ECDH"
user --test > test 2>&1 || { cat test; fail "pkcs11-tool --test"; }
expect '^No errors' test
ssh-keygen -D "$ykcs11" > keys && expect 'ssh-rsa' keys && expect 'ecdsa-sha2' keys
ssh-keygen -i -m PKCS8 -f 1.pub > expected
grep -qF "$(cut -d' ' -f2 expected)" keys || fail "ssh-keygen doesn't show the key of 9A"
