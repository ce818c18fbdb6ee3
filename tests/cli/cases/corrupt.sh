pardon demo -o pictures --count 6 > /dev/null
pardon corrupt --kind box-blur --radius 4 pictures -o blurred; echo "exit $?"
(cd blurred && find . -type f | sort)
pardon corrupt pictures -o blurred; echo "exit $?"
pardon corrupt pictures -o blurred --overwrite; echo "exit $?"
pardon corrupt nowhere -o blurred; echo "exit $?"
