/* ---
expression: the middle of a best bid and a best ask; null where a side is empty or the two are crossed
--- */
CASE WHEN {{ bid }} <= {{ ask }} THEN ({{ bid }} + {{ ask }}) / 2 END
