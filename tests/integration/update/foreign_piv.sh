# foreign_piv.sh RAKIT URL: a card that yubico-piv-tool set up is updated, and yubico-piv-tool judges it. Its reader has
# Yubico's name, as the tool wants it.
. "$(dirname "$0")/common.sh"
pins='pin:80 123456\nop-pin 010203040506070801020304050607080102030405060708\n'
piv() { yubico-piv-tool "$@" > log 2>&1 || { cat log >&2; fail "yubico-piv-tool $*"; }; }
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -subj "/CN=Setup CA" -days 30 -out ca.pem 2> /dev/null
piv -a set-chuid
for pair in 9a:RSA2048 9c:ECCP256; do
    slot=${pair%:*}
    piv -a generate -s "$slot" -A "${pair#*:}" -o "$slot.pub"
    openssl x509 -new -force_pubkey "$slot.pub" -subj "/CN=Before $slot" -CA ca.pem -CAkey ca.key -days 30 -out "$slot.pem" 2> /dev/null
done
piv -a import-certificate -s 9a -i 9a.pem
openssl x509 -in 9c.pem -outform DER | gzip -n > 9c.gz
piv -a import-certificate -s 9c -K GZIP -i 9c.gz  # compressed: CertInfo 71 01 01
"$rakit" contents > before
expect '9A .*Before 9a' before
expect '9C .*Before 9c' before

if update --procedure employee --action 9A=redo 2> refused; then fail "a Yubico reader's card was written without asking"; fi
expect 'yes-write-real-card' refused
if update --procedure employee --action 9A=add --yes-write-real-card 2> refused; then fail "two certificates in a PIV slot"; fi
expect 'add_not_possible' refused
update --procedure employee --action 9A=redo --action 9C=redo --yes-write-real-card
for slot in 9a 9c; do
    piv -a read-certificate -s $slot -o new$slot.pem
    judged $slot.pub new$slot.pem
    piv -a verify-pin -P 123456 -a test-signature -s $slot -i new$slot.pem
    expect Successful log
done
yubico-piv-tool -a status > status
expect 'Anna Ek' status
# A management key that the card's owner chose.
key=a1b2c3d4e5f60718a1b2c3d4e5f60719a1b2c3d4e5f60720
piv -a set-mgm-key -n $key
if update --procedure employee --action 9A=redo --yes-write-real-card 2> wrong; then fail "a wrong management key went well"; fi
expect pin_wrong wrong
pins="pin:80 123456\\nop-pin $key\\n"
update --procedure employee --action 9A=redo --yes-write-real-card
