/* ---
name: EMO
title: at the ask a buyer, at the bid a seller, elsewhere the tick test
source: "Ellis, Michaely, O'Hara (2000), The Accuracy of Trade Classification Rules, J. Financial and Quantitative Analysis 35"
--- */
CASE
    WHEN {{ bid }} < {{ ask }} AND {{ price }} = {{ ask }} THEN 1
    WHEN {{ bid }} < {{ ask }} AND {{ price }} = {{ bid }} THEN 2
    ELSE {{ tick_test }}
END
