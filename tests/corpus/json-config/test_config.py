import pytest
from config import read


def test_a_port_in_quotes_is_refused(tmp_path):
    path = tmp_path / "config.json"
    path.write_text('{"port": "8080"}')
    with pytest.raises(ValueError):
        read(path)
