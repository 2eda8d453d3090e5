INSERT INTO book VALUES (1, 'Emma', 1815), (2, 'Persuasion', 1817), (3, 'Middlemarch', 1871);
INSERT INTO loan VALUES (1, 'Ada', 14), (1, 'Ben', 7), (3, 'Ada', 30);
