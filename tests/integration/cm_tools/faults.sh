#!/usr/bin/env bash
# covers: host-tls, host-control
# What the control listener changes, as curl and openssl meet it at the public one: faults.sh READY-FILE FOLDER.
set -euo pipefail
ready=$1 work=$2
cd "$work"
field() { /usr/bin/python3 -c "import json,sys; v=json.load(open(sys.argv[1]))
for k in sys.argv[2].split('.'): v = v[int(k)] if k.isdigit() else v[k]
print(v)" "$1" "$2"; }
url=$(field "$ready" url) control=$(field "$ready" controlUrl) ca=$(field "$ready" caFile)
checks=0
fail() { echo "faults.sh: $*" >&2; exit 1; }
set_faults() { curl -sS --noproxy '*' --fail -X PUT -H 'Content-Type: application/json' -d "$1" "$control/deviations" >/dev/null; }
ask() { curl -sS --noproxy '*' --max-time "${patience:-10}" --cacert "$ca" -o body -w '%{http_code} %{content_type}' "$url/cacerts" 2>error; }
# logged counts what the host has written down; who asks without an officer's certificate is one.
logged() { /usr/bin/python3 -c "import sqlite3; print(sqlite3.connect('file:../state/cm.sqlite?mode=ro', uri=True).execute('SELECT COUNT(*) FROM log').fetchone()[0])"; }
# wrong NAME DEVIATIONS CURL-EXIT: with these deviations curl ends so.
wrong() {
    set_faults "$2"
    local status=0
    ask >told || status=$?
    [ "$status" = "$3" ] || fail "$1: curl ended with $status, not $3: $(cat told error)"
    checks=$((checks + 1))
}
wrong "nothing" '{}' 0
wrong "the connection ends before" '{"dropBefore": true}' 52
wrong "the connection ends after" '{"dropAfter": true}' 52
wrong "half a body" '{"truncateBody": true}' 18
patience=1 wrong "stalls" '{"stall": true}' 28
# seen DEVIATIONS WHAT: openssl, from outside, says of the handshake what is wrong.
seen() {
    set_faults "$1"
    openssl s_client -verify_return_error -verify_hostname localhost -CAfile "$ca" -connect "${url#https://}" </dev/null >tls.txt 2>&1 || true
    grep -q "$2" tls.txt || fail "$1: openssl doesn't see '$2': $(cat tls.txt)"
    checks=$((checks + 1))
}
seen '{}' 'Verify return code: 0 (ok)'
seen '{"tlsWrongName": true}' 'hostname mismatch'
seen '{"tlsExpired": true}' 'certificate has expired'
seen '{"tlsUnknownCa": true}' 'self-signed certificate'
seen '{"tlsOldVersion": true}' 'unsupported protocol\|protocol version\|no protocols available\|Cipher is (NONE)'
wrong "another name" '{"tlsWrongName": true}' 60
wrong "an expired certificate" '{"tlsExpired": true}' 60
wrong "an unknown CA" '{"tlsUnknownCa": true}' 60
wrong "an old version of TLS" '{"tlsOldVersion": true}' 35
openssl s_client -brief -tls1_1 -cipher ALL:@SECLEVEL=0 -CAfile "$ca" -connect "${url#https://}" </dev/null >old.txt 2>&1 || true
grep -q 'Protocol version: TLSv1.1' old.txt || fail "TLS 1.1 is not what it speaks: $(cat old.txt)"
wrong "an HTTP status" '{"httpStatus": 503}' 0
[ "$(cat told)" = '503 text/html' ] || fail "503 is told as $(cat told)"
wrong "another content type" '{"wrongContentType": true}' 0
[ "$(cat told)" = '200 text/html' ] || fail "the content type is told as $(cat told)"
set_faults '{"duplicateAnswer": true}'
printf 'GET /openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' |
    timeout 10 openssl s_client -quiet -CAfile "$ca" -connect "${url#https://}" >twice 2>/dev/null || true
[ "$(grep -c 'HTTP/1.1 200 OK' twice)" = 2 ] || fail "the answer does not come twice"
set_faults '{"duplicateRequest": true}'
handled=$(logged)
curl -sS --noproxy '*' --cacert "$ca" -o body "$url/ra/procedures"
[ "$(($(logged) - handled))" = 2 ] || fail "the request is not handled twice"
set_faults '{"slowMs": 300}'
[ "$(curl -sS --noproxy '*' --cacert "$ca" -o body -w '%{time_starttransfer}' "$url/cacerts" | awk '{print ($1 >= 0.3)}')" = 1 ] ||
    fail "slow is not slow"
set_faults '{"maintenance": true}'
set_faults '{}'
[ "$(ask)" = '200 application/pkcs7-mime; smime-type=certs-only' ] || fail "it does not recover: $(cat error)"

# The control listener: what it tells, what it refuses, and that it is not the public one.
tell() { curl -sS --noproxy '*' --max-time 10 -o body -w '%{http_code}' -H 'Content-Type: application/json' "$@"; }
[ "$(tell "$control/state")" = 200 ] || fail "no state"
[ "$(field body certificates.issued)" = 0 ] || fail "the state counts what isn't there"
[ "$(tell -X PUT -d '{"offsetSeconds": 86400}' "$control/clock")" = 200 ] || fail "the clock"
[ "$(field body offsetSeconds)" = 86400 ] || fail "the clock's offset"
[ "$(tell -X PUT -d '{"offsetSeconds": 1e300}' "$control/clock")" = 400 ] || fail "a clock beyond all time"
[ "$(tell -X PUT -d '{"state": "closed"}' "$control/officers/Olivia%20Officer")" = 200 ] || fail "an officer's state"
openssl pkcs12 -in "$(field "$ready" officer.pkcs12)" -passin "file:$(field "$ready" officer.passwordFile)" -nodes -out officer.pem 2>/dev/null
curl -sS --noproxy '*' --cacert "$ca" --cert officer.pem "$url/ra/procedures" >closed || true
grep -q officer_closed closed || fail "a closed officer is served: $(cat closed)"
[ "$(tell -X PUT -d '{"value": "123456"}' "$control/op-pins/0A1B")" = 200 ] || fail "an OP PIN"
[ "$(tell -X PUT -d '{"nonsense": true}' "$control/deviations")" = 400 ] || fail "an unknown deviation"
[ "$(tell -H 'Host: attacker.example' "$control/state")" = 403 ] || fail "a foreign Host field"
curl -sS --noproxy '*' --cacert "$ca" --cert officer.pem -o body -w '%{http_code}' "$url/state" >public
[ "$(cat public)" = 404 ] || fail "the public listener has the control's routes"
echo "$checks checks"
