from hanoi import moves


def test_two_to_the_power_of_discs():
    assert len(list(moves(6))) == 63
    assert list(moves(2)) == [("A", "B"), ("A", "C"), ("B", "C")]
