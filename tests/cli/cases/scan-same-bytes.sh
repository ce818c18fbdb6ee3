pardon demo -o pictures --count 18 > /dev/null
pardon scan pictures -o one --k 3 --threads 1 > /dev/null
pardon scan pictures -o two --k 3 --threads 5 > /dev/null
for f in images.csv noise.csv clusters.csv manifest.csv summary.json report.json report.html; do cmp one/$f two/$f && echo "$f is the same"; done
