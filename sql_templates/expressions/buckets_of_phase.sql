/* ---
expression: the buckets that start on a day and have time of a phase; one that nothing follows goes on
--- */
unnest(range(
    greatest({{ first }}, {{ last_before_day }} + 1),
    least({{ last }}, {{ last_of_day }}) + 1
))
