/* ---
name: SizeQ25
measure: SizeQ25
column: Trade{side}SizeQ25
title: Trade size that 25 % of trades do not exceed; interpolated
unit: quantity
kind: distribution
type: DOUBLE
requires: [Size]
null_rule: null when no trade counts
known_at: end of the bucket
source: "Hyndman, Fan (1996), Sample Quantiles in Statistical Packages, Am. Stat. 50, type 7"
states:
  size_quantiles: {aggregate: quantiles, of: Size, at: [0.1, 0.25, 0.5, 0.75, 0.9]}
--- */
{{ size_quantiles }}[2]
