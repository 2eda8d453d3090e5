package bank;

public class Konto {
    public void buche(Buchung buchung) {
        // Ihre Lösung
    }

    public long stand() {
        return 0;
    }
}
