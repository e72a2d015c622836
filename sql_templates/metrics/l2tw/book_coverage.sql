/* ---
name: BookCoverageRatio
family: book_coverage
column: BookCoverageRatio
title: Share of the bucket's time in which it is known how the book stood
unit: 0 to 1
kind: ratio
type: DOUBLE
requires: []
null_rule: 0 when no state stood for any time
known_at: end of the bucket
source: "Basalt: what share of the bucket its time-weighted columns speak of"
states:
  covered: {aggregate: sum, of: standing_ns}
--- */
coalesce({{ covered }}, 0) / ({{ bucket_seconds }} * 1e9)
