/* ---
expression: >-
  the buckets in which a state may stand: its own, those up to the next update of the same day, that of the next update
--- */
unnest(CASE
    WHEN next_bucket IS NULL OR next_bucket = bucket THEN [bucket]
    WHEN {{ days[0] }} = {{ days[1] }} THEN range(bucket, next_bucket + 1)
    ELSE [bucket, next_bucket]
END)
