from linalg.product import product
from linalg.transpose import transpose


def test_the_magic_square_times_its_transpose():
    magic = [[2, 7, 6], [9, 5, 1], [4, 3, 8]]
    assert product(magic, transpose(magic)) == [[89, 59, 77], [59, 107, 59], [77, 59, 89]]
