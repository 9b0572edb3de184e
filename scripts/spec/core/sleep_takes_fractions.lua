-- Fractions of a second are waited for.
sleep(0.25)
print(now())
sleep(1.5)
print(now())
