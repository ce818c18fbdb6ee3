# a refused scan makes no folder, and takes nothing from one that is there
mkdir empty && echo text > empty/notes.txt
pardon scan empty -o new; echo "exit $?"
ls new 2>/dev/null
pardon demo -o pictures --count 6 > /dev/null
pardon scan pictures -o out --k 2 > /dev/null
cp -r out before
pardon scan empty -o out; echo "exit $?"
pardon scan nowhere -o out; echo "exit $?"
pardon scan out -o out; echo "exit $?"
diff -r before out && echo "nothing changed"
