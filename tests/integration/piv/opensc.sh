# OpenSC on the pre-personalised card: lists it, verifies and changes its PIN, uses its keys; openssl checks.
. "$(dirname "$0")/common.sh"
opensc-tool --name > name && expect 'Personal Identity Verification Card' name
pkcs15-tool --dump > dump 2>&1
for line in 'Private RSA Key \[PIV AUTH key\]' 'Private EC Key \[SIGN key\]' 'Private RSA Key \[KEY MAN key\]' \
    'X.509 Certificate \[Certificate for Digital Signature\]' 'Reference *: 128'; do
    expect "$line" dump
done
pkcs15-tool --verify-pin --pin 123456
refused pkcs15-tool --verify-pin --pin 999999
pkcs15-tool --verify-pin --pin 123456
for id in 01 02 03; do
    pkcs15-tool --read-certificate $id > $id.pem
    openssl x509 -in $id.pem -noout -pubkey > $id.pub
done
rsa_signature_by 01 01.pub
# 9C: the PIN before every use, which pkcs11-tool gives as a context-specific login
ec_signature_by 02 02.pub
decipherment_by 03 03.pub
token_test
ssh_key_of 01.pub "$opensc"
pkcs15-tool --change-pin --pin 123456 --new-pin 654321
pkcs15-tool --verify-pin --pin 654321
for _ in 1 2 3; do pkcs15-tool --verify-pin --pin 111111 > /dev/null 2>&1 || true; done
refused pkcs15-tool --verify-pin --pin 654321
pkcs15-tool --unblock-pin --puk 12345678 --new-pin 123456
pkcs15-tool --verify-pin --pin 123456
