package at.example.stack;

import java.util.ArrayList;
import java.util.List;

/** A stack that holds at most a given number of values. */
public final class LimitedStack<T> implements Stack<T> {
    private final int limit;
    private final List<T> values;

    public LimitedStack(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("a limit is not negative: " + limit);
        }
        this.limit = limit;
        this.values = new ArrayList<>(limit);
    }

    @Override
    public void push(T value) {
        if (values.size() == limit) {
            throw new IllegalStateException("the stack is full with " + limit);
        }
        values.add(value);
    }

    @Override
    public T pop() {
        if (values.isEmpty()) {
            throw new IllegalStateException("the stack is empty");
        }
        return values.remove(values.size() - 1);
    }

    @Override
    public int size() {
        return values.size();
    }
}
