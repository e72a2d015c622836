/* ---
name: OTCVolume
measure: OTCVolume
column: Trade{side}OTCVolume
title: Quantity traded over the counter; reads every classification
unit: quantity
kind: flow
type: DOUBLE
requires: [Classification, Size]
null_rule: 0 when no trade counts
known_at: end of the bucket
source: "MiFID II RTS 1, Annex I: over-the-counter trades"
rows: all
states:
  otc_volume: {aggregate: sum, of: Size, where: "contains(Classification, 'OTC')"}
--- */
coalesce({{ otc_volume }}, 0)
