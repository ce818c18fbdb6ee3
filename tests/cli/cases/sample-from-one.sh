pardon scan photos -o out --sample 0; echo "exit $?"
pardon demo -o pictures --count 0; echo "exit $?"
printf '[scan]\nsample = 0\n' > scan.ini
pardon scan photos -o out --config scan.ini; echo "exit $?"
