/* ---
name: ImbalanceOrders
family: imbalances
measure: Orders
column: ImbalanceOrders{level}
title: Orders to buy less orders to sell at a level, by their sum
unit: -1 to 1
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1, "BidNumOrders{level}", "AskNumOrders{level}"]
null_rule: null for a one-sided or crossed book, and where nothing is compared
known_at: end of the bucket
source: "Cao, Hansch, Wang (2009), The information content of an open limit-order book, J. Futures Markets 29, of quantities; here of orders"
--- */
CASE WHEN {{ bid.price }} <= {{ ask.price }}
THEN ({{ bid_level.orders }} - {{ ask_level.orders }})
    / nullif({{ bid_level.orders }} + {{ ask_level.orders }}, 0) END
