"""Where results land, whole or not at all."""
