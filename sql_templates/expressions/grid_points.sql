/* ---
expression: the numbers of the times of a grid at which a state stood, from the start of the bucket until before its end
--- */
unnest(range(({{ since }} + {{ shift - 1 }}) // {{ shift }}, ({{ until }} + {{ shift - 1 }}) // {{ shift }}))
