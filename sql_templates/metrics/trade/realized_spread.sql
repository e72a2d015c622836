/* ---
name: RealizedSpread
family: impact
column: RealizedSpread{horizon}
title: "Mean realized spread: twice the signed distance of the price from the mid after the trade"
unit: price
kind: ratio
type: DOUBLE
requires: [LocalPrice, AggressorSide]
null_rule: null when no trade with an aggressor has a finite price and both mids above 0
known_at: end of the bucket; it looks a horizon beyond the trade
source: "Huang, Stoll (1996), Dealer versus auction markets, J. Financial Economics 41"
derived:
  realized_spread: |-
    CASE
        WHEN isfinite(LocalPrice) AND {{ mid }} > 0 AND {{ mid_after }} > 0
        THEN CASE aggressor WHEN 1 THEN 2 WHEN 2 THEN -2 END * (LocalPrice - {{ mid_after }}){{ scale }}
    END
states:
  realized_spread_sum: {aggregate: sum, of: "{{ realized_spread }}"}
  realized_spread_trades: {aggregate: count, of: "{{ realized_spread }}"}
--- */
{{ realized_spread_sum }} / nullif({{ realized_spread_trades }}, 0)
