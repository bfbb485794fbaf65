#!/usr/bin/env bash
# EST, CRLs and OCSP as foreign tools see them: strongSwan's pki, openssl, curl. pki.sh READY-FILE FOLDER; the host runs
# with its built-in configuration and a control listener.
set -euo pipefail
ready=$1 work=$2
cd "$work"
field() { /usr/bin/python3 -c "import json,sys; v=json.load(open(sys.argv[1]))
for k in sys.argv[2].split('.'): v = v[int(k)] if k.isdigit() else v[k]
print(v)" "$1" "$2"; }
url=$(field "$ready" url) plain=$(field "$ready" plainUrl) control=$(field "$ready" controlUrl) ca=$(field "$ready" caFile)
openssl pkcs12 -in "$(field "$ready" officer.pkcs12)" -passin "file:$(field "$ready" officer.passwordFile)" -nodes \
    -out officer.pem 2>/dev/null
checks=0
fail() { echo "pki.sh: $*" >&2; exit 1; }
has() { grep -q -- "$1" "$2" || fail "$3: no '$1' in: $(cat "$2")"; checks=$((checks + 1)); }
get() { curl -sS --noproxy '*' --max-time 20 --cacert "$ca" --fail "$@"; }
put() { curl -sS --noproxy '*' --max-time 20 --fail -X "$1" -H 'Content-Type: application/json' -d "$3" "$control$2" >/dev/null; }

# The CAs, each in a file of its own, in kCaNames' order.
csplit -sz -f ca- -b '%d.pem' "$ca" '/BEGIN CERTIFICATE/' '{*}'
mv ca-0.pem root.pem; mv ca-1.pem end-user-ca.pem; mv ca-2.pem tc-issuer.pem; mv ca-3.pem officer-ca.pem
openssl x509 -in officer.pem -out officer-certificate.pem

# EST: the CA certificates by strongSwan, over TLS; the same by curl without it.
pki --estca --url "$url" --cacert root.pem --caout est-ca --outform pem --force 2>est-ca.log || fail "pki --estca: $(cat est-ca.log)"
[ -s est-ca.pem ] || [ -s est-ca ] || fail "pki --estca wrote nothing: $(ls; cat est-ca.log)"
get "$plain/.well-known/est/cacerts" | openssl base64 -d -A | openssl pkcs7 -inform DER -print_certs -out est-curl.pem
[ "$(grep -c BEGIN est-curl.pem)" = 4 ] || fail "EST's cacerts has not four certificates"
get "$url/cacerts" | openssl base64 -d -A | openssl pkcs7 -inform DER -print_certs | cmp - est-curl.pem

# EST: enrolment by curl, as RFC 7030 section 4.2 has it; and without an officer.
openssl req -new -newkey rsa:2048 -nodes -keyout holder.key -out holder.csr -outform DER -subj "/CN=Esther Est" \
    -addext keyUsage=digitalSignature 2>/dev/null
enrol() { base64 holder.csr | curl -sS --noproxy '*' --max-time 20 --cacert "$ca" -H 'Content-Type: application/pkcs10' \
    --data-binary @- "$@"; }
enrol --cert officer.pem "$url/.well-known/est/simpleenroll" | openssl base64 -d -A | openssl pkcs7 -inform DER -print_certs -out est-one.pem
openssl verify -x509_strict -CAfile "$ca" est-one.pem >/dev/null || fail "what EST issued does not verify"
enrol --cert officer.pem "$url/.well-known/est/employee-at-once/simplereenroll" >est-again
openssl base64 -d -A -in est-again | openssl pkcs7 -inform DER -print_certs -out est-two.pem
openssl verify -CAfile "$ca" est-two.pem >/dev/null || fail "what EST issued again does not verify"
enrol "$url/.well-known/est/simpleenroll" >est-nobody
has officer_unknown est-nobody "EST without an officer"
enrol --cert officer.pem "$url/.well-known/est/employee-tc/simpleenroll" >est-tc
has dialect_cannot_carry est-tc "EST with TC controls"

# EST: enrolment by strongSwan, the officer's certificate and key for TLS.
openssl x509 -in officer-certificate.pem -outform DER -out officer.der
openssl pkey -in officer.pem -outform DER -out officer-key.der
pki --est --url "$url" --in holder.csr --cacert root.pem --cacert end-user-ca.pem --cacert officer-ca.pem --cert officer.der \
    --key officer-key.der --outform pem >est-pki.pem 2>est-pki.log || fail "pki --est: $(cat est-pki.log)"
openssl verify -CAfile "$ca" est-pki.pem >/dev/null || fail "what pki --est got does not verify"

# CRLs of every CA; a revocation shows.
revoke() { put POST /revocations "{\"certificate\": \"$(openssl x509 -in "$1" -outform DER | base64 -w0)\", \"reason\": $2}"; }
revoke est-one.pem 4
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout stranger.key -out stranger.pem -subj "/CN=Stranger" 2>/dev/null
for name in root end-user-ca tc-issuer officer-ca; do
    get "$plain/crl/$name.crl" >"$name.crl"
    openssl crl -inform DER -in "$name.crl" -CAfile "$ca" -noout -text >"$name.txt" 2>"$name.verdict"
    has 'verify OK' "$name.verdict" "the CRL of $name"
    has 'CRL Number' "$name.txt" "the CRL of $name"
    has 'Authority Key Identifier' "$name.txt" "the CRL of $name"
    pki --print --type crl --in "$name.crl" >"$name.pki" 2>/dev/null || fail "pki can't read the CRL of $name"
done
serial=$(openssl x509 -in est-one.pem -noout -serial | cut -d= -f2)
has "Serial Number: $serial" end-user-ca.txt "the revoked one on the CRL"
has 'Superseded' end-user-ca.txt "its reason"
cat "$ca" >all.pem; openssl crl -inform DER -in end-user-ca.crl >>all.pem; openssl crl -inform DER -in root.crl >>all.pem
openssl verify -crl_check_all -CAfile all.pem est-two.pem >/dev/null || fail "a good one does not verify with the CRLs"
openssl verify -crl_check_all -CAfile all.pem est-one.pem >revoked.txt 2>&1 && fail "a revoked one verifies"
has 'certificate revoked' revoked.txt "openssl verify with the CRLs"
get "$url/crl/root.crl" | openssl crl -inform DER -noout
curl -sS --noproxy '*' "$plain/crl/nobody.crl" >no-crl; has request_malformed no-crl "a CRL that there isn't"

# OCSP: good, revoked, unknown; with and without nonce; each CA; POST and GET.
ocsp() { openssl ocsp -CAfile "$ca" -no_cert_verify -timeout 20 -url "$plain/ocsp" "$@" 2>&1; }
strict() { openssl ocsp -CAfile "$ca" -timeout 20 -url "$plain/ocsp" "$@" 2>&1; }
strict -issuer end-user-ca.pem -cert est-two.pem -nonce >good.txt; has 'Response verify OK' good.txt good
has 'est-two.pem: good' good.txt good
grep -q WARNING good.txt && fail "the nonce: $(cat good.txt)"
strict -issuer end-user-ca.pem -cert est-one.pem -no_nonce >bad.txt; has 'est-one.pem: revoked' bad.txt revoked
has 'Reason: superseded' bad.txt revoked
strict -sha256 -issuer end-user-ca.pem -cert est-two.pem -cert est-one.pem >both.txt
has 'est-two.pem: good' both.txt both; has 'est-one.pem: revoked' both.txt both
strict -issuer officer-ca.pem -cert officer-certificate.pem >officer.txt; has 'officer-certificate.pem: good' officer.txt officer
strict -issuer root.pem -cert tc-issuer.pem >tc.txt; has 'tc-issuer.pem: good' tc.txt "the root's"
strict -issuer tc-issuer.pem -serial 0x4201 >tc2.txt; has ': good' tc2.txt "the TC issuer's"
ocsp -issuer stranger.pem -cert stranger.pem >unknown.txt; has 'stranger.pem: unknown' unknown.txt stranger
openssl ocsp -issuer end-user-ca.pem -cert est-one.pem -no_nonce -reqout question.der
get "$plain/ocsp/$(base64 -w0 question.der | sed 's/+/%2B/g; s/=/%3D/g; s#/#%2F#g')" >answer.der
openssl ocsp -respin answer.der -CAfile "$ca" -issuer end-user-ca.pem -cert est-one.pem -no_nonce >get.txt 2>&1
has 'est-one.pem: revoked' get.txt "by GET"
printf garbage | curl -sS --noproxy '*' -H 'Content-Type: application/ocsp-request' --data-binary @- "$plain/ocsp" >garbage.der
openssl ocsp -respin garbage.der -noverify >garbage.txt 2>&1 || true
has 'malformedrequest' garbage.txt "garbage"

# What needs an officer is not to be had without TLS.
curl -sS --noproxy '*' "$plain/ra/procedures" >plain.txt; has officer_unknown plain.txt "without TLS"
curl -sS --noproxy '*' "$plain/pgwy/api/certificates" >plain2.txt; has officer_unknown plain2.txt "without TLS"
echo "$checks checks"
