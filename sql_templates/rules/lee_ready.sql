/* ---
name: LeeReady
title: above the mid before the trade a buyer, below it a seller, at it or without one the tick test
source: "Lee, Ready (1991), Inferring Trade Direction from Intraday Data, J. Finance 46"
--- */
CASE
    WHEN {{ bid }} <= {{ ask }} AND 2 * {{ price }} > {{ bid }} + {{ ask }} THEN 1
    WHEN {{ bid }} <= {{ ask }} AND 2 * {{ price }} < {{ bid }} + {{ ask }} THEN 2
    ELSE {{ tick_test }}
END
