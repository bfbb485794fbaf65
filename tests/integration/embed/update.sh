# update.sh EMBED: runs inside the sandbox, in the folder of embed.sh.
set -euo pipefail
export EMBED_signature_pin="$(cat state/officer.password)" EMBED_pin_01=111111 EMBED_pin_02=222222
"$1" "Virtual PCD 00 00" "$2" state/ca.pem state/officer.p12 employee-tc 45=redo 46=redo | tee out
[ "$(grep -c 'serial' out)" = 2 ]
pkcs15-tool --read-certificate 45 | openssl x509 -noout -subject | grep -q 'Anna Ek'
