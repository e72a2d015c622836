/* ---
name: MidChangeCount
family: updates
measure: MidChange
column: MidChangeCount
title: Updates that change the mid
unit: updates
kind: flow
type: BIGINT
requires: [BidPrice1, AskPrice1]
null_rule: 0 when there is none; an update is compared with the one before on the UTC day where both have a mid
known_at: end of the bucket
source: "Engle, Russell (1998), Autoregressive conditional duration: A new model for irregularly spaced transaction data, Econometrica 66, whose price durations end with them"
derived:
  book_mid_changed: |-
    {{ bid.price }} <= {{ ask.price }} AND {{ bid.before.price }} <= {{ ask.before.price }}
        AND abs({{ mid }} - ({{ bid.before.price }} + {{ ask.before.price }}) / 2) > 1e-12 * abs({{ mid }})
states:
  mid_change_count: {aggregate: count, where: "{{ book_mid_changed }}"}
--- */
coalesce({{ mid_change_count }}, 0)
