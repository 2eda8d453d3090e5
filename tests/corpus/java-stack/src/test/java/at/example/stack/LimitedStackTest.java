package at.example.stack;

/** Run with java -ea. */
public final class LimitedStackTest {
    public static void main(String[] arguments) {
        Stack<String> stack = new LimitedStack<>(2);
        stack.push("a");
        stack.push("b");
        assert stack.size() == 2;
        try {
            stack.push("c");
            assert false : "a full stack takes nothing";
        } catch (IllegalStateException expected) {
            assert expected.getMessage().contains("full");
        }
        assert "b".equals(stack.pop()) && "a".equals(stack.pop());
    }
}
