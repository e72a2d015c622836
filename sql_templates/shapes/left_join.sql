/* ---
shape: rows with those of another step, or with nulls
--- */
LEFT JOIN {{ right }}
  ON {{ on }}
