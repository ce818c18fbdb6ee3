pardon demo -o pictures --count 24 > /dev/null
pardon scan pictures -o out --k 4 --probes 30 | grep -oE '^probes: [0-9]+ corrupted copies of'
head -1 out/probes.csv
head -1 out/clusters.csv
grep -c . out/images.csv
pardon scan pictures -o out --k 4 | grep probes
ls out/probes.csv
pardon scan pictures -o none --probes 10001; echo "exit $?"
pardon scan pictures -o none --probes 0; echo "exit $?"
ls none
