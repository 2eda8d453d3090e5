import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CircleTest {
    @Test
    void areaOfTheUnitCircle() {
        assertEquals(3.14159, new Circle(1).area(), 1e-5);
        assertTrue(new Circle(2).isLargerThan(new Circle(1)));
    }
}
