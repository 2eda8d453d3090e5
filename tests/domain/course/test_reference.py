import pytest

from courseline.domain.course.reference import strip_placeholder


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{{hello-world-uuid}}", "hello-world"),
        ("{{ hello-world-uuid }}", "hello-world"),
        ("{{hello-world}}", "hello-world"),
        ("{{-uuid}}", "-uuid"),
        ("hello-world", "hello-world"),
        (" lib:hello-world ", "lib:hello-world"),
        ("hello-world-uuid", "hello-world-uuid"),
        ("{hello-world-uuid}", "{hello-world-uuid}"),
        ("550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"),
        ("{{a}}{{b}}", "{{a}}{{b}}"),
    ],
)
def test_a_placeholder_means_the_name_in_it(written, meant):
    assert strip_placeholder(written) == meant
