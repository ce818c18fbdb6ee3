pardon demo -o pictures --count 6 > /dev/null
pardon corrupt --kind box-blur --radius 4 pictures -o blurred; echo "exit $?"
(cd blurred && find . -type f | sort)
pardon corrupt pictures -o blurred; echo "exit $?"
pardon corrupt pictures -o blurred --overwrite; echo "exit $?"
pardon corrupt nowhere -o blurred; echo "exit $?"
pardon corrupt pictures -o foggy --kind fog --severity 4 --seed 7; echo "exit $?"
cat foggy/corruptions.csv
pardon corrupt pictures/beach -o foggy --kind jpeg
cut -d, -f1-5 foggy/corruptions.csv | tail -2
pardon corrupt pictures -o x --kind gausian-noise; echo "exit $?"
pardon corrupt pictures -o x --kind fog --radius 3; echo "exit $?"
pardon corrupt pictures -o x --kind fog --severity 6; echo "exit $?"
