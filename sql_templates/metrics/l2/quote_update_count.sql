/* ---
name: QuoteUpdateCount
family: updates
measure: Quote
column: QuoteUpdateCount
title: Updates that change a best price or a best quantity
unit: updates
kind: flow
type: BIGINT
requires: [BidPrice1, BidQuantity1, AskPrice1, AskQuantity1]
null_rule: 0 when there is none; an update is compared with the one before on the UTC day, the first one with none
known_at: end of the bucket
source: "Conrad, Wahal, Xiang (2015), High-frequency quoting, trading, and the efficiency of prices, J. Financial Economics 116"
derived:
  book_quote_changed: |-
    {{ is_compared }} AND (
        {{ bid.price }} IS DISTINCT FROM {{ bid.before.price }} OR {{ bid.quantity }} IS DISTINCT FROM {{ bid.before.quantity }}
        OR {{ ask.price }} IS DISTINCT FROM {{ ask.before.price }} OR {{ ask.quantity }} IS DISTINCT FROM {{ ask.before.quantity }}
    )
states:
  quote_update_count: {aggregate: count, where: "{{ book_quote_changed }}"}
--- */
coalesce({{ quote_update_count }}, 0)
