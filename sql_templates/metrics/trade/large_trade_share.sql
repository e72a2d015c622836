/* ---
name: LargeTradeShare
measure: LargeTradeShare
column: Trade{side}LargeTradeShare
title: Share of the traded quantity in trades of 10,000 shares or more
unit: share
kind: ratio
type: DOUBLE
requires: [Size]
null_rule: null when nothing traded
known_at: end of the bucket
source: "Barclay, Warner (1993), Stealth Trading and Volatility, J. Financial Economics 34"
states:
  large_volume: {aggregate: sum, of: Size, where: Size >= 10000}
  volume: {aggregate: sum, of: Size}
--- */
coalesce({{ large_volume }}, 0) / nullif({{ volume }}, 0)
