-- gather() returns nothing, gather{} an empty list.
print(select("#", gather()), gather{}.n)
