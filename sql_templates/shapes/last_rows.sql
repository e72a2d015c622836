/* ---
shape: the rows of a step that are the last of their group, as another step has it
--- */
SELECT
    {{ columns }}
FROM {{ source }}
SEMI JOIN {{ last }}
  ON {{ on }}
GROUP BY {{ group_by }}
