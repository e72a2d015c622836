/* ---
shape: rows with the reference row of their listing, or with nulls
--- */
SELECT
    {{ columns }}
FROM {{ left }}
{{ kind }} JOIN {{ right }}
  ON {{ on }}
