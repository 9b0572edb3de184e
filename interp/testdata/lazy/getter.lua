return function() return app end
