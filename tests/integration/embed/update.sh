# update.sh EMBED: runs inside the sandbox, in the folder of embed.sh.
. "$(dirname "$0")/../common.sh"
printf 'signature-pin %s\npin:01 111111\npin:02 222222\n' "$(cat state/officer.password)" |
    "$1" "Virtual PCD 00 00" "$2" state/ca.pem state/officer.p12 employee-tc 45=redo 46=redo | tee out
[ "$(grep -c 'serial' out)" = 2 ]
pkcs15-tool --read-certificate 45 | openssl x509 -noout -subject | grep -q 'Anna Ek'
