package bank;

/** Ein Betrag in Cent und wofür er war. */
public record Buchung(long betrag, String zweck) {}
