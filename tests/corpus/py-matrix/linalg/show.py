def show(matrix):
    """Print a matrix, one row a line, columns under each other."""
    width = max(len(str(value)) for row in matrix for value in row)
    for row in matrix:
        print(" ".join(str(value).rjust(width) for value in row))
