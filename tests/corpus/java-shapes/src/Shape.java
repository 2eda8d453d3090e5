/** Something with an area. */
public interface Shape {
    double area();

    default boolean isLargerThan(Shape other) {
        return area() > other.area();
    }
}
