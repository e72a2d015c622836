/* ---
expression: a list of values that begins after the lookback, as a row for each time of the series
--- */
unnest(
    {% if lookback %}
    list_concat(
        list_transform({{ times }}[:{{ lookback }}], lambda moment: NULL::DOUBLE),
        {{ values | indent_sql | indent_sql }}
    )
    {% else %}
    {{ values | indent_sql }}
    {% endif %}
)
