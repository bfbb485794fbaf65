# store.sh RAKIT URL: a CM host whose disk is full or read-only refuses, issues nothing that it can't keep, and goes on when there is room;
# a database that is damaged or of another version is named at the start.
. "$(dirname "$0")/common.sh"
mkdir served
small_disk served/state
cd served || exit
rm -f ../ready.json
start_cm "$rakit"
stop() { kill $cm 2> /dev/null && wait $cm || true; }
trap stop EXIT
redo && expect 'is done' said || { cat said; fail "with room"; }
old=$(on_card)

fill state
if redo; then fail "an order was taken on a full disk"; fi
expect 'cm_internal\|cm_' said
[ "$(on_card)" = "$old" ] || fail "the card changed"
rm state/filler
ra resume > said 2>&1 || expect nothing_to_do said
redo || { cat said; fail "with room again"; }
"$rakit" cm log --state state --verify
new=$(on_card)
# What is on the card is what the CM knows, and is active.
/usr/bin/python3 - $new <<'END' || fail "the card holds $new, which isn't active at the CM"
import sqlite3, sys
active = {int(one, 16) for (one,) in sqlite3.connect("state/cm.sqlite").execute("SELECT serial FROM certificates WHERE active")}
sys.exit(int(sys.argv[1], 16) not in active)
END

# Read-only: said at the start.
starts_not() {
    if timeout 20 "$rakit" cm serve --state state --listen 127.0.0.1:0 > said 2>&1; then fail "the host ran"; fi
    expect "$1" said
}
stop
mount -o remount,ro state
starts_not 'Read-only\|readonly'
mount -o remount,rw state

# Of a version to come, and damaged: named with the file, and left as it is.
cp -r state whole
/usr/bin/python3 -c 'import sqlite3; database = sqlite3.connect("state/cm.sqlite"); database.execute("UPDATE schema_version SET version = 999"); database.commit()'
starts_not '999.*cm.sqlite'
cp whole/cm.sqlite* state/
dd if=/dev/urandom of=state/cm.sqlite bs=64 count=1 conv=notrunc status=none
starts_not 'cm.sqlite'
cp whole/cm.sqlite* state/
truncate -s 5000 state/cm.sqlite
rm -f state/cm.sqlite-*
starts_not 'cm.sqlite'
rm -f state/cm.sqlite*
cp whole/cm.sqlite* state/
rm ready.json
start_cm "$rakit"
redo || { cat said; fail "the whole database again"; }
stop
