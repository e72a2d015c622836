/* ---
expression: >-
  (time in the bucket, sequence, fingerprint of values) as one integer, so that comparing it orders events; the
  fingerprint only decides between events that share both time and sequence
--- */
({{ event_ns }} - {{ bucket_start }}) * {{ time_scale }}
    + coalesce({{ sequence }}, {{ lowest }}){% if values %} * {{ sequence_scale }}
    + (hash({{ values }}) >> {{ hash_shift }})::BIGINT{% endif %}
