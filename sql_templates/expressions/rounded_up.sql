/* ---
expression: how many whole widths it takes to reach a number; exact for integers of either sign
--- */
{{ moment }} // {{ width }} + ({{ moment }} % {{ width }} > 0)::BIGINT
