/* ---
name: EffectiveSpread
family: impact
column: EffectiveSpread{horizon}
title: "Mean effective spread: twice the signed distance of the price from the mid before the trade"
unit: price
kind: ratio
type: DOUBLE
requires: [LocalPrice, AggressorSide]
null_rule: null when no trade with an aggressor has a finite price and a mid above 0
known_at: end of the bucket
source: "Bessembinder, Venkataraman (2010), Bid-Ask Spreads, Encyclopedia of Quantitative Finance"
derived:
  effective_spread: |-
    CASE
        WHEN isfinite(LocalPrice) AND {{ mid }} > 0
        THEN CASE aggressor WHEN 1 THEN 2 WHEN 2 THEN -2 END * (LocalPrice - {{ mid }}){{ scale }}
    END
states:
  effective_spread_sum: {aggregate: sum, of: "{{ effective_spread }}"}
  effective_spread_trades: {aggregate: count, of: "{{ effective_spread }}"}
--- */
{{ effective_spread_sum }} / nullif({{ effective_spread_trades }}, 0)
