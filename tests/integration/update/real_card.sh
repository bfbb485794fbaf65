# covers: real-card
# real_card.sh RAKIT URL: the sandbox's reader has a maker's name, so that its card counts as a real one.
. "$(dirname "$0")/common.sh"
order=(--procedure employee-tc --action 45=redo --reader "ACME Reader 00 00")
tcs() { "$rakit" contents | grep -c '\[TC\]'; }

# Nobody to ask: refused, with the option's name, before a PIN was sent; and nothing is open.
status=0; update "${order[@]}" 2> refused || status=$?
[ $status = 2 ] || fail "a real card was written without asking (status $status)"
expect 'prompt_unavailable.*--yes-write-real-card' refused
[ -z "$(find journal -name '*.json')" ] || fail "an order is open"
# A program may say no, or yes.
answer() { printf '{"answer":"question","id":"real-card","yes":%s}\n' "$1"; }
status=0; answer false | update "${order[@]}" --events > events 2> refused || status=$?
[ $status = 1 ] || fail "status $status after a no"
expect '"id":"real-card".*"preset":false' events
expect 'cancelled' refused
[ "$(tcs)" = 2 ] || fail "the card was changed after a no"
answer true | update "${order[@]}" --events > events
expect '"done":true' events
[ "$(tcs)" = 1 ] || fail "not updated after a yes"
# The option answers beforehand; what writes nothing is not asked about.
update --procedure employee-tc --action 46=redo --yes-write-real-card
[ "$("$rakit" contents | grep -c 'Anna Ek')" = 2 ] || fail "not updated with --yes-write-real-card"
update --procedure employee --action 45=issue --out-dir out
[ "$(find out -name '45-*.pem' | wc -l)" = 1 ] || fail "no certificate was handed out"
