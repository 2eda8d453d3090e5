def transpose(matrix):
    """Rows become columns."""
    ### BEGIN SOLUTION
    return [list(column) for column in zip(*matrix)]
    ### END SOLUTION
