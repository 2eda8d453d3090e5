from report import read_sales, total_by_month


def test_three_months():
    assert total_by_month(read_sales("sales.csv")) == {"2026-01": 1560, "2026-02": 3850, "2026-03": 770}
