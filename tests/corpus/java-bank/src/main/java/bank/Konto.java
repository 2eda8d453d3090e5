package bank;

import java.util.ArrayList;
import java.util.List;

public class Konto {
    private final List<Buchung> buchungen = new ArrayList<>();

    public void buche(Buchung buchung) {
        if (stand() + buchung.betrag() < 0) {
            throw new IllegalArgumentException("nicht gedeckt: " + buchung.zweck());
        }
        buchungen.add(buchung);
    }

    public long stand() {
        return buchungen.stream().mapToLong(Buchung::betrag).sum();
    }
}
