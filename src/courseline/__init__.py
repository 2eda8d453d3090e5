"""courseline: examples for programming courses, from a release tag to the students' repository."""
