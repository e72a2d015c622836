/* ---
name: KyleLambda
measure: KyleLambda
column: Trade{side}KyleLambda
title: "Slope of price changes from trade to trade on signed size, buyer-initiated trades above 0, seller-initiated below"
unit: price per unit of quantity
kind: ratio
type: DOUBLE
requires: [LocalPrice, Size, AggressorSide]
sides: [Total]
null_rule: null with fewer than two price changes of trades with an aggressor, or all of one signed size
known_at: end of the bucket
source: "Kyle (1985), Continuous Auctions and Insider Trading, Econometrica 53"
derived:
  signed_size: CASE aggressor WHEN 1 THEN Size WHEN 2 THEN -Size END
  initiated_price: CASE WHEN aggressor > 0 AND isfinite(LocalPrice) AND isfinite(Size) THEN LocalPrice END
  initiated_change: "{{ initiated_price }} - lag({{ initiated_price }} IGNORE NULLS) OVER {{ previous_trade }}"
states:
  price_slope: {aggregate: slope, of: "{{ initiated_change }}", against: "{{ signed_size }}"}
  least_signed_size: {aggregate: min, of: "{{ signed_size }}", where: "{{ initiated_change }} IS NOT NULL"}
  greatest_signed_size: {aggregate: max, of: "{{ signed_size }}", where: "{{ initiated_change }} IS NOT NULL"}
--- */
CASE WHEN {{ least_signed_size }} < {{ greatest_signed_size }} THEN {{ price_slope }} END
