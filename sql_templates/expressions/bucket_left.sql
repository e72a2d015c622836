/* ---
expression: k of the bucket [k*width, (k+1)*width) that holds a moment; exact for integers of either sign
--- */
{{ moment }} // {{ width }} - ({{ moment }} % {{ width }} < 0)::BIGINT
