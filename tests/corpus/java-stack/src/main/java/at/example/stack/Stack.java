package at.example.stack;

/** Last in, first out. */
public interface Stack<T> {
    /** Puts a value on top. */
    void push(T value);

    /** Takes the value from the top. */
    T pop();

    /** How many values there are. */
    int size();
}
