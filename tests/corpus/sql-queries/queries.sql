-- 1. Titles of books that nobody has borrowed.
-- BEGIN SOLUTION
SELECT title FROM book WHERE id NOT IN (SELECT book FROM loan);
-- END SOLUTION

-- 2. Readers and how many days they have read, most days first.
-- BEGIN SOLUTION
SELECT reader, sum(days) FROM loan GROUP BY reader ORDER BY sum(days) DESC;
-- END SOLUTION
