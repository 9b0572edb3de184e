-- hash.sha512 gives the digests of FIPS 180-4's examples.
print(hash.sha512(""))
print(hash.sha512("abc"))
