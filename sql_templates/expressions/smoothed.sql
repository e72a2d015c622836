/* ---
expression: a moving average of a list that starts as the mean of the first bars, and moves towards each later one by a weight
--- */
CASE
    WHEN len({{ values }}) >= {{ period }}
    THEN list_reduce(
        list_concat(
            [[list_avg({{ values }}[:{{ period }}])]],
            list_transform({{ values }}[{{ period + 1 }}:], lambda value: [value])
        ),
        lambda smoothed, value: list_append(smoothed, smoothed[-1] + (value[1] - smoothed[-1]) * {{ weight }})
    )
    ELSE []
END
