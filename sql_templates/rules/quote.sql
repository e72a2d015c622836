/* ---
name: Quote
title: above the mid before the trade a buyer, below it a seller
source: "Lee, Ready (1991), Inferring Trade Direction from Intraday Data, J. Finance 46: the quote test"
--- */
CASE
    WHEN {{ bid }} <= {{ ask }} AND 2 * {{ price }} > {{ bid }} + {{ ask }} THEN 1
    WHEN {{ bid }} <= {{ ask }} AND 2 * {{ price }} < {{ bid }} + {{ ask }} THEN 2
END
