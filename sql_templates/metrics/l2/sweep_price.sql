/* ---
name: SweepPrice
family: sweeps
measure: SweepPrice
column: "{side}SweepPrice{size}"
title: Average price of a size traded at once against a side, level by level
unit: price
kind: state
type: DOUBLE
requires: ["{side}Price{up_to_level}", "{side}Quantity{up_to_level}"]
null_rule: null where the levels read have less than the size
known_at: end of the bucket
source: "Gomber, Schweickert, Theissen (2015), Liquidity dynamics in an electronic open limit order book: An event study approach, European Financial Management 21; Irvine, Benston, Kandel (2000), Liquidity beyond the inside spread: Measuring and using information in the limit order book, working paper"
--- */
{{ levels.sweep_price(size) }}
