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
echo "# a list's column before the folders; training and dev are other words for train and val"
{ echo "file,split"; echo train/again.jpg,dev; (cd pictures && ls train/*-00*.jpg val/*.jpg | sed 's/$/,Training/'); } > pictures/list.csv
pardon scan pictures/list.csv -o listed --k 2 | grep -E '^duplicates|^noise by split' | sed -E 's/[0-9.]+ % of ([0-9]+) \([0-9. to]+%\)/N % of \1/g'
sed 's/[a-z]*-00[0-9]/NAME/' listed/duplicates.csv
echo "# a table's column; the folder's name where it is silent"
{ echo "file,label,subset"; (cd pictures && ls train/*-00*.jpg | sed 's/$/,x,holdout/'); } > labels.csv
pardon scan pictures -o told --k 2 --labels labels.csv | grep -E '^noise by split' | sed -E 's/[0-9.]+ % of ([0-9]+) \([0-9. to]+%\)/N % of \1/g'
