pardon doctor >&-; echo "exit $?"
pardon help --man >&-; echo "exit $?"
pardon help > /dev/full; echo "exit $?"
pardon demo -o pictures --count 4 <&- 2>&- > out.txt; echo "exit $?"
cat out.txt
pardon scan pictures -o out --k 2 <&- >&- 2>&-; echo "exit $?"
head -c 15 out/report.html; echo
PARDON_ONNXRUNTIME=/nowhere pardon doctor | tail -1
