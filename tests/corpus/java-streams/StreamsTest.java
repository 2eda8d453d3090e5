import java.util.List;

class StreamsTest {
    public static void main(String[] arguments) {
        var cities = List.of(new City("Graz", "Austria", 302749), new City("Linz", "Austria", 212538));
        if (Streams.peopleByCountry(cities).get("Austria") != 515287) {
            throw new AssertionError("people of Austria");
        }
    }
}
