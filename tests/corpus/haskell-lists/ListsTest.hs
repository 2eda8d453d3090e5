import Lists

main :: IO ()
main = if everySecond "abcde" == "ace" && neighbours [1, 2, 3 :: Int] == [(1, 2), (2, 3)] then pure () else fail "wrong"
