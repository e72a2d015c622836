/* ---
expression: a bucket's label, as TIMESTAMP; origin and width in microseconds
--- */
make_timestamp({% if origin %}{{ origin }} + {% endif %}{% if shift %}({{ bucket }} + {{ shift }}){% else %}{{ bucket }}{% endif %} * {{ width }})
