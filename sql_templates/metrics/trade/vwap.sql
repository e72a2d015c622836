/* ---
name: VWAP
measure: VWAP
column: Trade{side}VWAP
title: Volume-weighted average price
unit: price
kind: ratio
type: DOUBLE
requires: [LocalPrice, Size]
null_rule: null when no trade has a finite price
known_at: end of the bucket
source: "Berkowitz, Logue, Noser (1988), The Total Cost of Transactions on the NYSE, J. Finance 43"
states:
  traded_value: {aggregate: sum, of: LocalPrice * Size, where: isfinite(LocalPrice)}
  priced_volume: {aggregate: sum, of: Size, where: isfinite(LocalPrice)}
--- */
{{ traded_value }} / nullif({{ priced_volume }}, 0)
