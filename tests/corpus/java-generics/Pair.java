public record Pair<A, B>(A first, B second) {
    public Pair<B, A> swap() {
        // BEGIN SOLUTION
        return new Pair<>(second, first);
        // END SOLUTION
    }
}
