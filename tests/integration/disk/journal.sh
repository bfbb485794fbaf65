# journal.sh RAKIT URL: a journal that can't be written stops the update before anything is sent; one that can't be read is named and
# left alone; with room again all goes on.
. "$(dirname "$0")/common.sh"
small_disk journal
old=$(on_card)
asked() { "$rakit" cm log --state state --category issue --json | /usr/bin/python3 -c 'import json, sys; print(len(json.load(sys.stdin)))'; }

# Full: not even the first record has room.
fill journal
ends_with journal_write_failed redo
expect 'No space left' said
[ "$(on_card)" = "$old" ] && [ "$(asked)" = 0 ] || fail "an order was sent without a record"
# Room for the order, none for the certificates that came: they are on no card yet, and the order stays.
rm journal/filler
fill journal 16384
for room in 8192 12288 16384 20480 24576; do
    rm -f journal/filler
    fill journal $room
    if redo; then break; fi
    expect 'journal_write_failed' said
    if [ "$(asked)" != 0 ]; then break; fi
done
expect 'its certificates are issued\|the CM may have issued' said
[ "$(on_card)" = "$old" ] || fail "the card was written without a record of what"
rm journal/filler
ra resume > said 2>&1 || { cat said; fail "resume with room again"; }
expect 'is done' said
new=$(on_card)
[ "$new" != "$old" ] || fail "the card holds what it held"

# Read-only.
mount -o remount,ro journal
ends_with 'journal_write_failed\|file_unwritable' redo
expect 'Read-only file system' said
[ "$(on_card)" = "$new" ] || fail "the card changed"
mount -o remount,rw journal

# Damaged: an open order's record, cut; it is named, nothing is sent, and the file stays for whoever looks at it.
if update --procedure employee-approval --action 45=redo > said 2>&1; then fail "no approval was waited for"; fi
record=$(ls journal/*.json)
cp "$record" whole
for octets in 0 1 700; do
    head -c $octets whole > "$record"
    ends_with journal_corrupt redo
    expect "$(basename "$record")" said
    ends_with journal_corrupt eval 'ra resume > said 2>&1'
    [ "$(stat -c %s "$record")" = $octets ] || fail "the damaged record was changed"
done
# Of a version to come.
sed 's/"version": *1/"version": 2/' whole > "$record"
cmp -s whole "$record" && fail "the record has no version"
ends_with journal_corrupt redo
expect version said
cp whole "$record"
ra resume --wait 60 > said 2>&1 || { cat said; fail "the whole record again"; }
expect 'is done' said
