# Signatures, decipherment and key agreement agree with openssl for every size of key: RSA 1024 to 4096, P-256 to P-521.
. "$(dirname "$0")/common.sh"
pkcs15-init -C --so-pin 87654321 --so-puk 12345678 -l Agree
pkcs15-init -P -a 01 --pin 111111 --puk 12345678 --so-pin 87654321 -l "PIN 1"
pkcs15-init -F
as "Agree (PIN 1)" 111111
id=50
for bits in 1024 1536 2048 3072 4096; do
    if [ "$bits" -le 2048 ]; then
        pkcs15-init -G "rsa/$bits" -a 01 --pin 111111 --id $id -l "RSA $bits" --key-usage sign,decrypt
        pkcs15-tool --read-public-key $id > public.pem
    else
        openssl genrsa -traditional -out private.pem "$bits" 2> /dev/null
        openssl rsa -in private.pem -pubout -out public.pem 2> /dev/null
        pkcs15-init -S private.pem -a 01 --pin 111111 --id $id -l "RSA $bits" --key-usage sign,decrypt
    fi
    rsa_signature_by $id public.pem
    decipherment_by $id public.pem
    pkcs15-init -D privkey --id $id --pin 111111
    pkcs15-init -D pubkey --id $id --pin 111111
    id=$((id + 1))
done
id=60
for curve in prime256v1 secp384r1 secp521r1; do
    pkcs15-init -G "ec/$curve" -a 01 --pin 111111 --id $id -l "$curve" --key-usage digitalSignature,keyAgreement
    pkcs15-tool --read-public-key $id > public.pem
    ec_signature_by $id public.pem
    agreement_by $id public.pem "$curve" ECDH1-DERIVE
    id=$((id + 1))
done
