% Vektoren: Übung 1
a = [3 17 4];
b = 1:3;

% SOLUTION BEGIN
skalarprodukt = sum(a .* b);
länge = sqrt(sum(a .^ 2));
% SOLUTION END

printf("%g\n", skalarprodukt);
