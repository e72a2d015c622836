/* ---
shape: rows of two steps, those of either without the other included
--- */
FULL JOIN {{ right }}
  ON {{ on }}
