from pathlib import Path


def test_there_is_a_picture():
    assert Path("plot.png").stat().st_size > 1000
