pardon demo -o pictures --count 24
pardon scan pictures -o out --k 4 --seed 1
head -4 out/images.csv | cut -d, -f1-7 # cluster and distance hang on the processor
ls out
echo "once more:"
pardon scan pictures -o out --k 4 --seed 1
