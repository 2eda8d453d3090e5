package bank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class KontoTest {
    @Test
    void keinMinus() {
        Konto konto = new Konto();
        konto.buche(new Buchung(500, "Taschengeld"));
        assertThrows(IllegalArgumentException.class, () -> konto.buche(new Buchung(-501, "Kino")));
        assertEquals(500, konto.stand());
    }
}
