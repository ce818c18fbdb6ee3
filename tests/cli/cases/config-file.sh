pardon demo -o pictures --count 12 > /dev/null
printf '[scan]\nk = 3\npca = 4\noutput = out\nexclude = beach;*.gif\n' > scan.ini
pardon scan pictures --config scan.ini | grep -E "cluster|report"
pardon scan pictures --config scan.ini --k 2 | grep cluster
printf '[scan]\nkk = 3\n' > wrong.ini
pardon scan pictures --config wrong.ini; echo "exit $?"
printf '[scan]\nk = many\n' > wrong.ini
pardon scan pictures --config wrong.ini; echo "exit $?"
pardon scan pictures --config nowhere.ini; echo "exit $?"
