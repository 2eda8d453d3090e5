# Windows-1252 ohne Angabe: „Grüße“ – so speichert es ein alter Editor
def gruss(name):
    # SOLUTION BEGIN
    return "Schöne Grüße, " + name
    # SOLUTION END
