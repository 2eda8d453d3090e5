def determinant(matrix):
    """By expansion along the first row."""
    # BEGIN SOLUTION
    if not matrix:
        return 1
    rest = matrix[1:]
    minors = ([row[:k] + row[k + 1 :] for row in rest] for k in range(len(matrix)))
    return sum((-1) ** k * first * determinant(minor) for k, (first, minor) in enumerate(zip(matrix[0], minors)))
    # END SOLUTION
