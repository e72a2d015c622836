/* ---
name: NotionalCostToTrade
family: notional_sweeps
measure: CostToTrade
column: "{side}CostToTradeNotional{notional}"
title: Distance of the average price of a notional traded at once against a side from the mid
unit: bps of the mid
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1, "{side}Price{up_to_level}", "{side}Quantity{up_to_level}"]
null_rule: null for a one-sided or crossed book, and where the levels read have less than the notional, or a price that is not positive
known_at: end of the bucket
source: "Gomber, Schweickert, Theissen (2015), Liquidity dynamics in an electronic open limit order book: An event study approach, European Financial Management 21, of whose round trip this is one way; earlier Irvine, Benston, Kandel (2000), Liquidity beyond the inside spread: Measuring and using information in the limit order book, working paper"
--- */
CASE WHEN {{ bid.price }} <= {{ ask.price }}
THEN 10000 * abs({{ levels.notional_sweep_price(notional) }} - {{ mid }}) / nullif({{ mid }}, 0) END
