pardon demo -o pictures --count 4 > /dev/null
mkdir notours ours
echo mine > notours/images.csv
pardon scan pictures -o notours; echo "exit $?"
ls notours; cat notours/images.csv
echo "# other files do not matter, nor does a file of an earlier scan"
echo mine > ours/notes.txt
pardon scan pictures -o ours --k 2 > /dev/null; echo "exit $?"
pardon scan pictures -o ours --k 2 > /dev/null; echo "exit $?"
cat ours/notes.txt
