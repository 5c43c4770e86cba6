"""The types that travel between the layers: frozen, standard library only."""
