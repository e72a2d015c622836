"""The contenders: a package per workload, in it a module per contender.

``run(data, folder)`` of a module computes the workload and writes its results into the folder. What a module imports
at its top counts as its start-up.
"""
