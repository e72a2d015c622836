"""What modules over raw events share: requests and their groups, the grid of buckets, columns and how they merge."""
