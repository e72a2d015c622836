/* ---
name: PriceImpact
family: impact
column: PriceImpact{horizon}
title: "Mean price impact: twice the signed move of the mid from before to after the trade"
unit: price
kind: ratio
type: DOUBLE
requires: [LocalPrice, AggressorSide]
null_rule: null when no trade with an aggressor has a finite price and both mids above 0
known_at: end of the bucket; it looks a horizon beyond the trade
source: "Huang, Stoll (1996), Dealer versus auction markets, J. Financial Economics 41"
derived:
  price_impact: |-
    CASE
        WHEN isfinite(LocalPrice) AND {{ mid }} > 0 AND {{ mid_after }} > 0
        THEN CASE aggressor WHEN 1 THEN 2 WHEN 2 THEN -2 END * ({{ mid_after }} - {{ mid }}){{ scale }}
    END
states:
  price_impact_sum: {aggregate: sum, of: "{{ price_impact }}"}
  price_impact_trades: {aggregate: count, of: "{{ price_impact }}"}
--- */
{{ price_impact_sum }} / nullif({{ price_impact_trades }}, 0)
