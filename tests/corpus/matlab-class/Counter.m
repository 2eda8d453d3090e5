classdef Counter < handle
    properties (SetAccess = private)
        Value = 0
    end

    methods
        function step(counter)
            % BEGIN SOLUTION
            counter.Value = counter.Value + 1;
            % END SOLUTION
        end

        function reset(counter)
            % BEGIN SOLUTION
            counter.Value = 0;
            % END SOLUTION
        end
    end
end
