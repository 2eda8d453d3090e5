import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

record City(String name, String country, int people) {}

class Streams {
    static List<String> largeCities(List<City> cities, int people) {
        //SOLUTION BEGIN
        return cities.stream().filter(city -> city.people() >= people).map(City::name).sorted().toList();
        //SOLUTION END
    }

    static Map<String, Integer> peopleByCountry(List<City> cities) {
        //SOLUTION BEGIN
        return cities.stream().collect(Collectors.groupingBy(City::country, Collectors.summingInt(City::people)));
        //SOLUTION END
    }
}
