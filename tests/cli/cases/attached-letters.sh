pardon demo -n6 -opictures > /dev/null
pardon scan pictures -oout -k3 -j2 | grep cluster
pardon scan pictures -o out -k4 --k 2 | grep cluster
pardon scan pictures -o out --k 2 -k3 | grep cluster
pardon scan pictures -o out -kmany; echo "exit $?"
pardon scan pictures -o out -k; echo "exit $?"
pardon scan pictures -output out; echo "exit $?"
pardon scan -o out -- -k4; echo "exit $?"
ls
