/* ---
name: VPIN
measure: VPIN
column: Trade{side}VPIN
title: "Volume-synchronised probability of informed trading: mean imbalance of buyer- and seller-initiated volume"
unit: share of volume
kind: distribution
type: DOUBLE
requires: [Size, AggressorSide]
sides: [Total]
null_rule: null when no volume bucket is full, or no trade with an aggressor is in a full one; sizes count from 1e-9 to 1e18
known_at: end of the bucket
source: "Easley, Lopez de Prado, O'Hara (2012), Flow Toxicity and Liquidity in a High-Frequency World, Rev. Financial Studies 25; signed trade by trade as in Andersen, Bondarenko (2014), VPIN and the Flash Crash, J. Financial Markets 17"
choices:
  volume_buckets:
    EqualParts:
      title: over equal parts of what was traded
      values:
        bucket_volume: nullif(sum({{ exact_size }}) OVER ({{ trades_in_order }} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 0) // {{ parts }}
    GivenSize:
      title: over volume buckets of one size; the last counts when it is full
      values:
        bucket_volume: "{{ bucket_size }}"
# Whole numbers, so that no rounding moves an edge: sizes in 1e-9, or in as many parts of that as there are volume buckets.
# A trade that fills a volume bucket is split at the edges: net_at_edge is what was bought more than sold up to the last of
# them, and filled_alone is in whole volume buckets. A trade of unknown aggressor fills, and is neither bought nor sold.
derived:
  exact_size: CASE WHEN Size > 0 AND Size < 1e18 THEN CAST(round(Size * 1e9) AS HUGEINT) * {{ parts }} END
  initiative: CASE aggressor WHEN 1 THEN 1 WHEN 2 THEN -1 ELSE 0 END
  volume_bucket: "{{ bucket_volume }}"
  traded: sum({{ exact_size }}) OVER ({{ trades_in_order }} ROWS UNBOUNDED PRECEDING)
  net_bought: sum({{ exact_size }} * {{ initiative }}) OVER ({{ trades_in_order }} ROWS UNBOUNDED PRECEDING)
  full_before: ({{ traded }} - {{ exact_size }}) // {{ volume_bucket }}
  full: "{{ traded }} // {{ volume_bucket }}"
  filled_alone: ({{ full }} - {{ full_before }} - 1) * {{ volume_bucket }}
  net_at_edge: |-
    CASE
        WHEN {{ full }} > {{ full_before }}
        THEN {{ net_bought }} - {{ initiative }} * ({{ traded }} - {{ full }} * {{ volume_bucket }})
    END
  net_at_edge_before: coalesce(lag({{ net_at_edge }} IGNORE NULLS) OVER {{ previous_trade }}, 0)
states:
  bucket_imbalances:
    aggregate: sum
    of: abs({{ net_at_edge }} - {{ initiative }} * {{ filled_alone }} - {{ net_at_edge_before }}) + abs({{ initiative }}) * {{ filled_alone }}
  full_buckets: {aggregate: max, of: "{{ full }}"}
  first_signed_bucket: {aggregate: min, of: "{{ full_before }}", where: "{{ exact_size }} * {{ initiative }} <> 0"}
  size_of_buckets: {aggregate: max, of: "{{ volume_bucket }}"}
--- */
CASE
    WHEN {{ first_signed_bucket }} < {{ full_buckets }}
    THEN {{ bucket_imbalances }} / ({{ full_buckets }} * {{ size_of_buckets }})
END
