/* ---
expression: an indicator over a window, null where a row does not count and before there are enough
--- */
CASE WHEN {{ counts }} AND {{ position }} > {{ lookback }} THEN
    {{ value | indent_sql }}
END
