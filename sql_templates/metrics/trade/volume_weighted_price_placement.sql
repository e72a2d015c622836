/* ---
name: VolumeWeightedPricePlacement
measure: VolumeWeightedPricePlacement
column: Trade{side}VolumeWeightedPricePlacement
title: Where in the spread volume traded, -1 at the bid and 1 at the offer
unit: fraction, -1 to 1
kind: ratio
type: DOUBLE
requires: [PricePoint, Size]
null_rule: null when no trade with a size above 0 has a price point
known_at: end of the bucket
source: "BMLL Technologies, Trades Plus data guide, PricePoint"
states:
  placed_volume: 
    aggregate: sum
    of: (2 * greatest(0, least(1, PricePoint)) - 1) * Size
    where: PricePoint IS NOT NULL
  volume_with_price_point: {aggregate: sum, of: Size, where: PricePoint IS NOT NULL}
--- */
{{ placed_volume }} / nullif({{ volume_with_price_point }}, 0)
