# common.sh: what the scripts here share, to be sourced: strict mode, a folder of their own that goes at the end, words for
# what fails, OpenSC's PKCS#11 module, a CM host.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
opensc=$(ls /usr/lib/*/opensc-pkcs11.so | head -n 1)
fail() { echo "FAILED: $*" >&2; exit 1; }
expect() { grep -q -e "$1" "$2" || { cat "$2" >&2; fail "no '$1' in $2"; }; }
refused() { if "$@" > refused.log 2>&1; then fail "taken, but shouldn't be: $*"; fi; }

# own_folder: begins in a new folder. The sandbox runs its command as it runs itself, but pcscd as somebody else.
cm=
end_of_script() {
    if [ -n "$cm" ]; then kill "$cm" 2>/dev/null && wait "$cm" || true; fi
    rm -rf "$folder"
}
own_folder() {
    folder=$(mktemp -d)
    trap end_of_script EXIT
    cd "$folder"
    chmod 755 "$folder"
}

# message_and_digest: something to sign.
message_and_digest() {
    echo "a message" > message
    openssl dgst -sha256 -binary message > digest
}

# start_cm RAKIT: a CM host of the script's own with its state in ./state; sets url.
start_cm() {
    "$1" cm serve --state state --listen 127.0.0.1:0 --ready-file ready.json > cm.log 2>&1 &
    cm=$!
    for _ in $(seq 100); do
        [ -f ready.json ] && break
        kill -0 "$cm" || { cat cm.log; exit 1; }
        sleep 0.1
    done
    [ -f ready.json ] || { cat cm.log; fail "the CM host is not ready after 10 s"; }
    url=$(/usr/bin/python3 -c 'import json; print(json.load(open("ready.json"))["url"])')
}
