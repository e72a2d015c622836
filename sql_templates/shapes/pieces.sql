/* ---
shape: what stands, once in the bucket where it begins and once in the one into which it is carried
--- */
SELECT
    {{ own }}
FROM {{ source }}
{% if own_where %}
WHERE {{ own_where }}
{% endif %}
UNION ALL
SELECT
    {{ carried }}
FROM {{ source }}
WHERE {{ carried_where }}
