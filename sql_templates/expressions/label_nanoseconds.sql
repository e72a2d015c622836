/* ---
expression: a bucket's label, as TIMESTAMP_NS; origin and width in nanoseconds
--- */
make_timestamp_ns({% if origin %}{{ origin }} + {% endif %}{% if shift %}({{ bucket }} + {{ shift }}){% else %}{{ bucket }}{% endif %} * {{ width }})
