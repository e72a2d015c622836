/* ---
expression: the buckets in which a state counts, its own and that of the next update where it still stands as that begins
--- */
unnest(CASE WHEN next_bucket > bucket AND to_ns > {{ start }} THEN [bucket, next_bucket] ELSE [bucket] END)
