pardon demo -o drawn --count 12 > /dev/null
mkdir -p pictures/train pictures/val
cp drawn/*/*-00[1-4].jpg pictures/train
for f in pictures/train/*.jpg; do break; done
cp "$f" pictures/val/same.jpg
cp "$f" pictures/train/again.jpg
pardon scan pictures -o out --k 2 | grep -E '^duplicates' ; echo "exit $?"
sed 's/[a-z]*-00[0-9]/NAME/' out/duplicates.csv
pardon scan drawn -o none --k 2 | grep duplicates
cat none/duplicates.csv
