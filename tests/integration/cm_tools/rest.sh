#!/usr/bin/env bash
# The whole REST dialect from curl and `openssl cms`, as docs/formats/cm-rest.md tells it: rest.sh READY-FILE FOLDER.
# The host runs with its built-in configuration. Every answer is checked against the host's own OpenAPI document.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
ready=$1 work=$2
cd "$work"
field() { /usr/bin/python3 -c "import json,sys; v=json.load(open(sys.argv[1]))
for k in sys.argv[2].split('.'): v = v[int(k)] if k.isdigit() else v[k]
print(v)" "$1" "$2"; }
url=$(field "$ready" url)
ca=$(field "$ready" caFile)
openssl pkcs12 -in "$(field "$ready" officer.pkcs12)" -passin "file:$(field "$ready" officer.passwordFile)" -nodes \
    -out officer.pem 2>/dev/null
answers=() checks=0

# call NAME METHOD PATH [CURL-OPTION...]: the body goes to NAME, the status to $status; remembered for the last check.
call() {
    local name=$1 method=$2 path=$3
    shift 3
    local told
    told=$(curl -sS --noproxy '*' --max-time 20 --cacert "$ca" --cert officer.pem -X "$method" -o "$name" \
        -w '%{http_code} %{content_type}' "$@" "$url$path")
    status=${told%% *}
    answers+=("$method" "${path%%\?*}" "$status" "${told#* }" "$name")
}
fail() { echo "rest.sh: $*" >&2; exit 1; }
expect() { [ "$status" = "$1" ] || fail "$2: status $status: $(head -c 400 "$3")"; checks=$((checks + 1)); }
same() { [ "$1" = "$2" ] || fail "$3: '$1' is not '$2'"; checks=$((checks + 1)); }
# sign NAME: what a first round gave, signed by the officer, as base64.
sign() {
    field "$1" dataToSign | base64 -d >"$1.tbs"
    openssl cms -sign -binary -nodetach -md sha256 -in "$1.tbs" -signer officer.pem -outform DER | base64 -w0 >"$1.sig"
}
as_file() { echo "$2=@$1;type=$3"; }

# A request by a key of ours.
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout holder.key -out holder.csr -outform DER \
    -subj "/CN=Rita Rest" -addext keyUsage=digitalSignature 2>/dev/null
base64 -w0 holder.csr >holder.b64
form=(-F "$(as_file holder.b64 pkcs10 application/pkcs10)" -F procname=employee-at-once)

call procedures GET '/pgwy/api/procedures?mediaType=application/pkcs10'
expect 200 procedures procedures
grep -q '"employee-at-once"' procedures || fail "the procedure is not listed"
call all-procedures GET /api/procedures
expect 200 "all procedures" all-procedures

# Issuing, in each form of the answer.
issue() {  # issue NAME ACCEPT PATH
    call "$1.offer" POST "$3" "${form[@]}" -H "Accept: $2"
    expect 200 "first round" "$1.offer"
    sign "$1.offer"
    call "$1" POST "$3" "${form[@]}" -F "$(as_file "$1.offer.sig" signature application/octet-stream)" -H "Accept: $2"
    expect 200 "second round" "$1"
}
issue one.der application/pkix-cert /pgwy/api/certificates/pkcs10
openssl x509 -inform DER -in one.der -out one.pem
openssl verify -x509_strict -CAfile "$ca" one.pem >/dev/null
same "$(openssl x509 -in one.pem -noout -pubkey)" "$(openssl pkey -in holder.key -pubout)" "the key"
issue two.p7 application/pkcs7-mime /pgwy/api/pkcs10
same "$(openssl pkcs7 -inform DER -in two.p7 -print_certs | grep -c BEGIN)" 3 "certificates in the PKCS#7"
issue three.pem application/pem-certificate-chain /api/certificates/pkcs10
same "$(grep -c BEGIN three.pem)" 3 "certificates in the chain"

# A validity of our own, within the procedure's.
from=$(date -u -d '+1 day' +%Y-%m-%dT00:00:00Z) to=$(date -u -d '+30 days' +%Y-%m-%dT00:00:00Z)
form+=(-F "validfrom=$from" -F "validto=$to")
issue dated.der application/pkix-cert /pgwy/api/certificates/pkcs10
same "$(date -u -d "$(openssl x509 -inform DER -in dated.der -noout -enddate | cut -d= -f2)" +%Y-%m-%dT%H:%M:%SZ)" "$to" "notAfter"

# Lists.
serial=$(openssl x509 -in one.pem -noout -serial | cut -d= -f2)
call by-serial GET "/pgwy/api/certificates?certificateSerialNumber=$serial"
expect 200 "search by serial number" by-serial
same "$(field by-serial searchHits)" 1 "hits"
id=$(field by-serial certificates.0.certid)
call by-name GET '/pgwy/api/certificates?subjectCommonName=Rita*&isNotRevoked=true&orderBy=validto&orderDescending=true'
expect 200 "search by name" by-name
same "$(field by-name searchHits)" 4 "hits"
key_id=$(field by-serial certificates.0.subjectKeyIdentifier)
call by-key GET "/pgwy/api/certificates?subjectKeyIdentifier=$key_id&searchLimit=2&searchOffset=1"
expect 200 "search by key" by-key
same "$(field by-key searchHits)" 4 "hits on all pages"
same "$(grep -o '"certid"' by-key | wc -l)" 2 "certificates of the page"
call by-card GET '/pgwy/api/certificates?cardSerialNumber=0A1B'
expect 200 "search by card" by-card
same "$(field by-card searchHits)" 0 "hits"
call too-many GET '/pgwy/api/certificates?searchLimit=501'
expect 400 "more than 500" too-many

# One certificate.
call details GET "/pgwy/api/certificates/$id/details"
expect 200 details details
same "$(field details certificate)" "$(base64 -w0 one.der)" "the certificate in the details"
call copy.der GET "/pgwy/api/certificates/$id/download" -H 'Accept: application/pkix-cert'
expect 200 download copy.der
cmp one.der copy.der
call copy.pem GET "/api/certificates/$id/download" -H 'Accept: text/html;q=0, application/pem-certificate-chain'
expect 200 download copy.pem
call not-acceptable GET "/pgwy/api/certificates/$id/download" -H 'Accept: text/html'
expect 406 "a form that there isn't" not-acceptable
call nothing GET /pgwy/api/certificates/999999/details
expect 404 "an id that there isn't" nothing

# Revocation, signed; what was signed counts once.
call revoke.offer POST /pgwy/api/certificates/revoke -F "certid=$id" -F reason=superseded
expect 200 "first round of the revocation" revoke.offer
sign revoke.offer
revoke=(-F "certid=$id" -F reason=superseded -F "$(as_file revoke.offer.sig signature application/octet-stream)")
call revoked POST /pgwy/api/certificates/revoke "${revoke[@]}"
expect 200 "second round of the revocation" revoked
call replayed POST /pgwy/api/certificates/revoke "${revoke[@]}"
expect 422 "the same signature again" replayed
grep -q replay_conflict replayed || fail "a replay is not called one"
call after GET "/pgwy/api/certificates/$id/details"
expect 200 details after
same "$(field after status)" revoked "status"
same "$(field after reason)" 4 "reason"
call good-ones GET "/pgwy/api/certificates?subjectCommonName=Rita*&isNotRevoked=true"
same "$(field good-ones searchHits)" 3 "hits"

# What this dialect can't carry, and what nobody has.
call tc POST /pgwy/api/pkcs10 -F "$(as_file holder.b64 pkcs10 application/pkcs10)" -F procname=employee-tc
expect 422 "a procedure with TC controls" tc
same "$(field tc error)" 1025 "dialect_cannot_carry"
call unknown POST /pgwy/api/pkcs10 -F "$(as_file holder.b64 pkcs10 application/pkcs10)" -F procname=nobodys
expect 404 "an unknown procedure" unknown

curl -sS --noproxy '*' --cacert "$ca" -o openapi.json "$url/openapi.json"
/usr/bin/python3 "$here/openapi_check.py" openapi.json "${answers[@]}"
echo "$checks checks"
