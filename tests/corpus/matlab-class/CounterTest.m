classdef CounterTest < matlab.unittest.TestCase
    methods (Test)
        function counts(test)
            counter = Counter();
            counter.step();
            counter.step();
            test.verifyEqual(counter.Value, 2);
        end
    end
end
