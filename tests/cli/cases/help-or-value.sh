pardon scan photos --model vgg16 -h | head -1
pardon corrupt photos -o x --kind -h; echo "exit $?"
pardon corrupt photos -o x -s -h; echo "exit $?"
pardon scan -o out -- --help; echo "exit $?"
pardon help scn; echo "exit $?"
pardon help frobnicate; echo "exit $?"
pardon help doctor | head -3 | cat -A
printf '[scan]\noutptu = x\n' > wrong.ini
pardon scan photos --config wrong.ini; echo "exit $?"
