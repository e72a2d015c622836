"""Small markets for hypothesis, a larger one from a seed, and the pipelines that run over them."""
