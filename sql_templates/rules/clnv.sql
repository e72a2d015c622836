/* ---
name: CLNV
title: in the upper three tenths of the spread a buyer, in the lower three a seller, elsewhere the tick test
source: "Chakrabarty, Li, Nguyen, Van Ness (2007), Trade Classification Algorithms for ECNs, J. Banking and Finance 31"
--- */
CASE
    WHEN {{ bid }} < {{ ask }} AND {{ price }} <= {{ ask }} AND 10 * ({{ ask }} - {{ price }}) <= 3 * ({{ ask }} - {{ bid }}) THEN 1
    WHEN {{ bid }} < {{ ask }} AND {{ price }} >= {{ bid }} AND 10 * ({{ price }} - {{ bid }}) <= 3 * ({{ ask }} - {{ bid }}) THEN 2
    ELSE {{ tick_test }}
END
