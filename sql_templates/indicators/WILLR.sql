/* ---
title: "Williams' %R: how far the close is below the highest high, in percent of the range; 0 without a range"
shape: window
source: Williams (1973); TA-Lib
--- */
-- a close outside of the range counts as the end of it
greatest(
    -100,
    least(
        0,
        coalesce(
            -100 * (max({{ high }}) OVER {{ last(timeperiod) }} - {{ close }})
                / nullif(max({{ high }}) OVER {{ last(timeperiod) }} - min({{ low }}) OVER {{ last(timeperiod) }}, 0),
            0
        )
    )
)
