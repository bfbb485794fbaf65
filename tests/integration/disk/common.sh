# What the scripts here share: a small file system, which can be full or read-only, and what card and CM hold. They run again in
# namespaces of their own, where they may mount.
if [ -z "${own_mounts:-}" ]; then
    for namespaces in "--user --map-root-user --mount" "--mount"; do
        if unshare $namespaces true 2> /dev/null; then exec env own_mounts=1 unshare $namespaces bash "$0" "$@"; fi
    done
    echo "SKIPPED: nobody may mount here (a chroot, or a container without that right), so no disk can be full"
    exit 77
fi
. "$(dirname "${BASH_SOURCE[0]}")/../update/common.sh"

# small_disk FOLDER: 512 KiB
small_disk() {
    mkdir -p "$1"
    mount -t tmpfs -o size=512k,mode=755 tmpfs "$1"
}
# fill FOLDER [OCTETS]: nothing more has room, or that much
fill() {
    dd if=/dev/zero of="$1/filler" bs=4096 status=none 2> /dev/null || true
    [ $# -lt 2 ] || truncate -s "-$2" "$1/filler"
}
redo() { update --procedure employee --action 45=redo > said 2>&1; }
# ends_with CODE COMMAND ...: it fails, and says why
ends_with() {
    local code=$1
    shift
    if "$@"; then fail "went through: $*"; fi
    expect "$code" said
}
# on_card: the serial numbers of the card's certificates
on_card() {
    "$rakit" contents --json | /usr/bin/python3 -c \
        'import json, sys; print(*[one["serial"] for key in json.load(sys.stdin)["keys"] for one in key["certificates"]])'
}
