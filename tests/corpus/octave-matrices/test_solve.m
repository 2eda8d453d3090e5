system = load("systems/a.txt");
[U, y] = eliminate(system(:, 1:2), system(:, 3));
assert(solve_upper(U, y), [1; 3], 1e-12)
