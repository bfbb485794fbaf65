# Initialises a blank card, makes and imports keys, stores, replaces and deletes a certificate, changes and unblocks a PIN,
# erases the card.
. "$(dirname "$0")/common.sh"
pkcs15-init -C --so-pin 87654321 --so-puk 12345678 -l Personalised
pkcs15-init -P -a 01 --pin 111111 --puk 12345678 --so-pin 87654321 -l "PIN 1"
pkcs15-init -P -a 02 --pin 222222 --puk 12345678 --so-pin 87654321 -l "PIN 2"
pkcs15-init -F
pkcs15-init -G rsa/2048 -a 01 --pin 111111 --id 45 -l Authentication
pkcs15-init -G ec/prime256v1 -a 02 --id 46 --key-usage sign,nonRepudiation -l Signature \
    --secret @01=111111 --secret @02=222222
pkcs15-tool --read-public-key 46 > key46.pem
as "Personalised (PIN 2)" 222222
ec_signature_by 46 key46.pem
openssl genrsa -traditional -out rsa.pem 2048 2> /dev/null
pkcs15-init -S rsa.pem -a 01 --pin 111111 --id 47 -l Imported
openssl ecparam -genkey -name secp384r1 -noout -out ec.pem
pkcs15-init -S ec.pem -a 01 --pin 111111 --id 48 -l "Imported EC"
for subject in first second; do
    openssl req -x509 -key rsa.pem -subj "/CN=$subject" -days 30 -out $subject.pem
done
pkcs15-init -X first.pem --id 47 --pin 111111
pkcs15-init -U second.pem --id 47 --pin 111111
pkcs15-tool --read-certificate 47 | openssl x509 -noout -subject > subject
expect second subject
openssl x509 -in second.pem -noout -pubkey > key47.pem
as "Personalised (PIN 1)" 111111
rsa_signature_by 47 key47.pem
pkcs15-tool --change-pin --auth-id 01 --pin 111111 --new-pin 444444
pkcs15-tool --unblock-pin --auth-id 01 --puk 12345678 --new-pin 555555
pkcs15-tool --verify-pin --auth-id 01 --pin 555555
pkcs15-init -D cert --id 47 --pin 555555
pkcs15-tool --dump > dump
expect 'Private EC Key \[Imported EC\]' dump
if grep -q X.509 dump; then fail "the certificate is still there"; fi
pkcs15-init -E --so-pin 87654321
