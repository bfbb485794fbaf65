# Lists, reads, verifies both PINs, signs with both keys; openssl verifies the signatures.
. "$(dirname "$0")/common.sh"
pkcs15-tool --dump > dump
for line in 'PIN \[PIN 1\]' 'PIN \[PIN 2\]' 'PIN \[OP PIN\]' 'Private RSA Key \[Authentication\]' 'Private EC Key \[Signature\]' \
    'X.509 Certificate \[TC authentication\]' 'X.509 Certificate \[TC signature\]'; do
    expect "$line" dump
done
pkcs15-tool --verify-pin --auth-id 01 --pin 111111
pkcs15-tool --verify-pin --auth-id 02 --pin 222222
pkcs15-tool --verify-pin --auth-id FF --pin 87654321
if pkcs15-tool --verify-pin --auth-id 01 --pin 999999; then fail "a wrong PIN was taken"; fi
pkcs15-tool --verify-pin --auth-id 01 --pin 111111
for key in 45 46; do
    public_key $key
    pkcs15-tool --read-public-key $key > "read$key.pem"
    cmp "read$key.pem" "key$key.pem" || fail "public key $key is not the certificate's"
done
as "Rakit TC card (PIN 1)" 111111
rsa_signature_by 45 key45.pem
token_test
as "Rakit TC card (PIN 2)" 222222
ec_signature_by 46 key46.pem
token_test
