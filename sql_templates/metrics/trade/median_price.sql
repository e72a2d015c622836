/* ---
name: MedianPrice
measure: MedianPrice
column: Trade{side}MedianPrice
title: Median trade price; the middle two averaged
unit: price
kind: distribution
type: DOUBLE
requires: [LocalPrice]
null_rule: null when no trade has a price
known_at: end of the bucket
source: "Hyndman, Fan (1996), Sample Quantiles in Statistical Packages, Am. Stat. 50, type 7"
states:
  median_price: {aggregate: median, of: LocalPrice}
--- */
{{ median_price }}
