class PairTest {
    public static void main(String[] arguments) {
        assert new Pair<>("a", 1).swap().equals(new Pair<>(1, "a"));
    }
}
