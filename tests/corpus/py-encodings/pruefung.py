from umlaute import zaehle


def test_namen():
    with open("namen.txt", encoding="latin-1") as datei:
        assert [zaehle(zeile) for zeile in datei] == [2, 2, 2]
