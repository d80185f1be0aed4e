"""A figure walked back to its formula, its parts and the cells of the files it was made from."""
