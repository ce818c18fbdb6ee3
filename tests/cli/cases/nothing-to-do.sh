pardon scan; echo "exit $?"
pardon scan photos; echo "exit $?"
pardon scan photos -o out; echo "exit $?"
mkdir photos
pardon scan photos -o out; echo "exit $?"
echo hello > photos/notes.txt
pardon scan photos -o out
