/* ---
name: BookUpdateCount
family: updates
measure: Book
column: BookUpdateCount
title: Updates that change a price or a quantity of any level of the source
unit: updates
kind: flow
type: BIGINT
requires: ["BidPrice{up_to_level}", "BidQuantity{up_to_level}", "AskPrice{up_to_level}", "AskQuantity{up_to_level}"]
null_rule: 0 when there is none; an update is compared with the one before on the UTC day, the first one with none
known_at: end of the bucket
source: "Hendershott, Jones, Menkveld (2011), Does algorithmic trading improve liquidity?, J. Finance 66, who count messages"
derived:
  book_changed: |-
    {{ is_compared }} AND (
    {% for side in (bids, asks) %}
    {% set is_last_side = loop.last %}
    {% for each in side %}
        {{ each.price }} IS DISTINCT FROM {{ each.before.price }} OR {{ each.quantity }} IS DISTINCT FROM {{ each.before.quantity }}{% if not (is_last_side and loop.last) %} OR{% endif +%}
    {% endfor %}
    {% endfor %}
    )
states:
  book_update_count: {aggregate: count, where: "{{ book_changed }}"}
--- */
coalesce({{ book_update_count }}, 0)
