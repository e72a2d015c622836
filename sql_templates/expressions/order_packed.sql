/* ---
expression: >-
  (time in the bucket, sequence, fingerprint of the price) as one integer, so that comparing it orders events; the
  fingerprint only decides between events that share both time and sequence
--- */
({{ event_ns }} - {{ bucket_start }}) * {{ time_scale }}
    + coalesce({{ sequence }}, {{ lowest }}) * {{ sequence_scale }}
    + (hash({{ price }}) >> {{ hash_shift }})::BIGINT
