/** A circle, given by its radius. */
public final class Circle implements Shape {
    // BEGIN SOLUTION
    private final double radius;
    // END SOLUTION

    public Circle(double radius) {
        // BEGIN SOLUTION
        this.radius = radius;
        // END SOLUTION
    }

    @Override
    public double area() {
        // BEGIN SOLUTION
        return Math.PI * radius * radius;
        // END SOLUTION
    }
}
