"""The workloads of data.lua with Python's own libraries: data_with_python.py WORKLOAD FILE."""
import csv
import json
import resource
import sys
from time import perf_counter as now

name, path = sys.argv[1:3]
start = now()
if name == "json.decode":
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for _ in range(20):
        json.loads(text)
elif name == "json.encode":
    with open(path, encoding="utf-8") as f:
        value = json.load(f)
    start = now()
    for _ in range(20):
        json.dumps(value, separators=(",", ":"), ensure_ascii=False)
elif name in ("csv.reader", "csv.DictReader"):
    with open(path, newline="", encoding="utf-8") as f:
        for _ in getattr(csv, name.split(".")[1])(f):
            pass
else:
    sys.exit(f"no workload {name}")
print(f"{now() - start:.6f} s {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f} MB")
