# covers: resume-lists
# open_orders.sh RAKIT URL: two cards with an open order each, listed, chosen, continued, given up; and one waited for.
. "$(dirname "$0")/common.sh"
[ "$("$rakit" resume --list --journal journal)" = 'no order is open' ] || fail "an order before the first one"
order=(--procedure employee-approval --action 45=redo)
for reader in 00 01; do
    if update "${order[@]}" --reader "Virtual PCD 00 $reader" 2> pending; then fail "no approval was waited for"; fi
    expect cm_pending pending
done
"$rakit" resume --list --journal journal > list
[ "$(grep -c 'prepared, procedure employee-approval, 45 redo, waits for approval' list)" = 2 ] || { cat list; fail "not two open orders"; }
"$rakit" resume --list --json --journal journal > list.json
serials=($(/usr/bin/python3 -c 'import json; print(*[o["card"] for o in json.load(open("list.json"))["orders"]])'))
[ ${#serials[@]} = 2 ] || fail "not two cards in the list's JSON"
# The chosen order wants its own card.
for serial in "${serials[@]}"; do
    for reader in 00 01; do
        "$rakit" contents --reader "Virtual PCD 00 $reader" | grep -q "$serial" && own=$reader || other=$reader
    done
    if ra resume --order "$serial" --reader "Virtual PCD 00 $other" 2> wrong; then fail "another card's order was continued"; fi
    expect card_changed wrong
    [ "$(grep -c 'order_open' wrong)" -ge 1 ] || { cat wrong; fail "the open orders were not told"; }
    if [ "$serial" = "${serials[0]}" ]; then
        ra resume --order "$serial" --wait 60 > resumed  # its card is found among the readers
        expect 'is done' resumed
    else
        ra resume --abandon --order "$serial" --reader "Virtual PCD 00 $own" > given 2> abandoned
        expect order_abandoned abandoned
        expect 'is given up' given
    fi
done
[ "$("$rakit" resume --list --journal journal)" = 'no order is open' ] || fail "an order is still open"
if ra resume --order FFFF 2> unknown; then fail "an order that there isn't was continued"; fi
expect 'nothing_to_do.*--list' unknown
# With time to wait the RA asks again by itself.
update "${order[@]}" --reader "Virtual PCD 00 00" --wait 60 > waited
expect 'is done' waited
