pardon demo -o pictures --count 6 > /dev/null
for share in 5% 0 1 nan; do pardon scan pictures -o out --false-alarms $share; echo "exit $?"; done
pardon scan pictures -o out --calibrate pictures; echo "exit $?"
pardon scan pictures -o out --calibrate nowhere; echo "exit $?"
ls
pardon demo -o clean --count 40 --seed 5 > /dev/null
pardon scan pictures -o out --calibrate clean --false-alarms 0.1 --k 2; echo "exit $?"
ls out out/calibration
grep -c . out/noise.csv
head -1 out/noise.csv | cut -d, -f1-7
head -1 out/images.csv
