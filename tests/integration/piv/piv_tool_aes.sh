# OpenSC's piv-tool with a management key that is AES-256.
. "$(dirname "$0")/common.sh"
echo 00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14:15:16:17:18:19:1a:1b:1c:1d:1e:1f > management
export PIV_EXT_AUTH_KEY=$folder/management
generated 9E piv-tool --admin M:9B:0C --genkey 9E:11 --out 9E.der
certificate_for 9E
store --admin M:9B:0C --cert 9E --in 9E.pem
yubico-piv-tool -a read-certificate -s 9e -o read.pem
cmp read.pem 9E.pem || fail "certificate"
yubico-piv-tool -a test-signature -s 9e -i 9E.pem > log 2>&1
expect 'Successful' log
refused piv-tool --admin M:9B:08 --genkey 9E:11
