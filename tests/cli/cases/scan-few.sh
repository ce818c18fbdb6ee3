pardon demo -o pictures --count 1 > /dev/null
pardon scan pictures -o one
pardon demo -o pictures --count 2 > /dev/null
pardon scan pictures -o two
pardon scan pictures -o lowered --k 5
pardon demo -o pictures --count 12 > /dev/null
pardon scan pictures -o large --min-size 9
pardon scan pictures -o impossible --k 2 --min-size 9; echo "exit $?"
pardon scan pictures -o raw --pca 0 --k 2
cp pictures/beach/beach-001.jpg pictures/again.jpg
pardon scan pictures -o large --k 2 | head -2
: > pictures/a.jpg; : > pictures/b.png
pardon scan pictures -o large --k 2 > /dev/null
grep unreadable large/images.csv
