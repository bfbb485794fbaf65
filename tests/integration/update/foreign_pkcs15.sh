# foreign_pkcs15.sh RAKIT URL: a card that OpenSC's pkcs15-init personalised is updated, and OpenSC judges it.
. "$(dirname "$0")/common.sh"
module=$(ls /usr/lib/*/opensc-pkcs11.so | head -n 1)
pkcs15-init -C --so-pin 87654321 --so-puk 12345678 -l Foreign
pkcs15-init -P -a 01 --pin 111111 --puk 12345678 --so-pin 87654321 -l "PIN 1"
pkcs15-init -P -a 02 --pin 222222 --puk 12345678 --so-pin 87654321 -l "PIN 2"
pkcs15-init -F
pkcs15-init -G rsa/2048 -a 01 --pin 111111 --id 45 --key-usage sign -l Authentication
pkcs15-init -G ec/prime256v1 -a 02 --id 46 --key-usage sign,nonRepudiation -l Signature \
    --secret @01=111111 --secret @02=222222
openssl genrsa -traditional -out rsa.pem 2048 2> /dev/null
pkcs15-init -S rsa.pem -a 01 --pin 111111 --id 47 --key-usage sign -l Imported
openssl req -x509 -key rsa.pem -subj "/CN=Before" -days 30 -out before.pem
pkcs15-init -X before.pem --id 47 --pin 111111
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -subj "/CN=Somebody's CA" -days 30 -out ca.pem 2> /dev/null
pkcs15-init -X ca.pem --authority --id 99 --pin 111111

update --procedure employee --action 45=add --action 46=add --action 47=redo
for key in 45 46 47; do
    pkcs15-tool --read-public-key $key > key$key.pem
    pkcs15-tool --read-certificate $key > certificate$key.pem
    judged key$key.pem certificate$key.pem
done
pkcs15-tool --list-certificates > list
[ "$(grep -c '^X.509' list)" = 4 ] || { cat list; fail "not three certificates and a CA's"; }
if pkcs15-tool --read-certificate 47 | openssl x509 -noout -subject | grep -q Before; then fail "the old certificate is still there"; fi
pkcs15-tool --read-certificate 99 | cmp - <(openssl x509 -in ca.pem) || fail "the CA certificate was touched"
echo "a message" > message
pkcs11-tool --module "$module" --login --token-label "Foreign (PIN 1)" --pin 111111 --sign --mechanism SHA256-RSA-PKCS \
    --id 45 --input-file message --output-file signature
openssl dgst -sha256 -verify key45.pem -signature signature message

# The card stays OpenSC's: it deletes and stores where the update wrote, and the update goes on from there.
pkcs15-init -D cert --id 47 --pin 111111
update --procedure employee --action 47=add --action 45=redo
pkcs15-init -X before.pem --id 47 --pin 111111 2> second || true  # OpenSC 0.23 refuses a second one with the same id
pkcs15-tool --list-certificates > list
[ "$(grep -c '^X.509' list)" = 4 ] || { cat list; fail "not four certificates in the end"; }
