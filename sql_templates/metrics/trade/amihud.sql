/* ---
name: Amihud
measure: Amihud
column: Trade{side}Amihud
title: Absolute log return from open to close per unit of traded value, not scaled
unit: log return per unit of local currency
kind: ratio
type: DOUBLE
requires: [LocalPrice, TradeNotional]
null_rule: null when no value was traded, or open or close is not positive or not finite
known_at: end of the bucket
source: "Amihud (2002), Illiquidity and Stock Returns, J. Financial Markets 5"
states:
  open: {aggregate: first, of: LocalPrice}
  close: {aggregate: last, of: LocalPrice}
  notional: {aggregate: sum, of: TradeNotional}
--- */
CASE
    WHEN least({{ open }}, {{ close }}) > 0 AND isfinite({{ open }}) AND isfinite({{ close }}) AND {{ notional }} > 0
    THEN abs(ln({{ close }} / {{ open }})) / {{ notional }}
END
