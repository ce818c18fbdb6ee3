pardon demo -o pictures --count 1 > /dev/null
mkdir cor linked
cp pictures/beach/beach-001.jpg cor/a.png
ln cor/a.png linked/a.png
sum=$(cksum < cor/a.png)
pardon corrupt cor/a.png -o cor --overwrite; echo "exit $?"
pardon corrupt cor/a.png -o cor; echo "exit $?"
echo "# by another link of its"
pardon corrupt cor/a.png -o linked --overwrite; echo "exit $?"
test "$sum" = "$(cksum < cor/a.png)" && echo "unchanged"
ls cor linked
echo "# what is wrong with every picture is said before any is made"
pardon corrupt pictures -o new --radius 2000000; echo "exit $?"
: > file
pardon corrupt pictures -o file; echo "exit $?"
ls -d new
