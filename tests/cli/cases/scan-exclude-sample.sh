pardon demo -o pictures --count 12 > /dev/null
pardon scan pictures -o out --k 2 --exclude 'beach' --exclude '*-002.jpg' | head -1
pardon scan pictures -o out2 --k 2 --sample 5 | head -1
grep -c "not in the sample" out2/manifest.csv
