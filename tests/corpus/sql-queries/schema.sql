CREATE TABLE book (id integer PRIMARY KEY, title text NOT NULL, year integer);
CREATE TABLE loan (book integer REFERENCES book, reader text NOT NULL, days integer);
