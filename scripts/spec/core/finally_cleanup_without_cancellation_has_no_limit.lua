-- Without a cancellation a cleanup may take as long as it likes.
finally(function() end, function() sleep(100) print("done", now()) end, 1)
