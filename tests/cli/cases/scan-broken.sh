pardon demo -o pictures --count 6 > /dev/null
: > pictures/empty.jpg
echo "not a picture" > pictures/text.png
head -c 700 pictures/forest/forest-001.jpg > pictures/cut.jpg
head -c 100 pictures/forest/forest-001.jpg > pictures/header.jpg
pardon scan pictures -o out --k 2; echo "exit $?"
grep -vE ',ok,' out/images.csv | sed -E 's/,(jpeg,[0-9]+),[0-9]+,[0-9.]+,/,\1,C,D,/'
mkdir none && : > none/a.jpg
pardon scan none -o out2; echo "exit $?"
cat out2/images.csv
