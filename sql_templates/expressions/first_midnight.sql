/* ---
expression: >-
  the first instant of a local day, in UTC, where clocks may be put back to midnight: DuckDB takes the second of two
  midnights, so the one by the offset of the noon before is taken where it is on the same day, and earlier
--- */
timezone('UTC', CASE
    WHEN CAST(
        timezone({{ zone }}, timezone({{ zone }}, {{ midnight }} - INTERVAL 12 HOUR) + INTERVAL 12 HOUR) AS DATE
    ) = CAST({{ midnight }} AS DATE)
    THEN least(
        timezone({{ zone }}, {{ midnight }}),
        timezone({{ zone }}, {{ midnight }} - INTERVAL 12 HOUR) + INTERVAL 12 HOUR
    )
    ELSE timezone({{ zone }}, {{ midnight }})
END)
