from determinant import determinant


def test_the_magic_square():
    assert determinant([[2, 7, 6], [9, 5, 1], [4, 3, 8]]) == -360
