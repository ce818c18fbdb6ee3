numbers() { sed -E 's/[-+]?[0-9]+(\.[0-9]+)?/N/g'; }
pardon demo -o pictures --count 24 --seed 3 > /dev/null
( echo 'path,prediction,score'; find pictures -name '*.jpg' -printf '%f,%h,0.9\n' | sed 's,pictures/,,' | sort | sed '2s/,[^,]*,/,"city",/;5s/,[^,]*,/,beach,/' | head -n -3; echo 'gone.jpg,city,0.5' ) > said.csv
echo "# folders are the truth, unasked"
pardon scan pictures -o out --k 2 --predictions said.csv | grep '^classifier: ' | grep -v 'right overall\|no slice\|for [0-9]* kind\|error\|tell\|mix of classes' | numbers
head -1 out/images.csv; cut -d, -f 19-20,22-23 out/images.csv | sed -n 2,3p | sed 's/owed/WRONG/;s/set-aside/WRONG/'
ls out/classes.csv out/confusions.csv
cut -d, -f 1-4 out/owed.csv; head -1 out/slices.csv; cut -d, -f 2,3,6 out/suspected.csv
echo "# not when denied"
pardon scan pictures -o out --k 2 --predictions said.csv --labels none | grep -c 'there are no labels'
echo "# gates: after everything is written"
pardon scan pictures -o out --k 2 --predictions said.csv --fail-under-accuracy 0.9999 2>&1 | tail -1 | numbers
pardon scan pictures -o out --k 2 --predictions said.csv --fail-under-raw-accuracy 0.9999 > /dev/null 2>&1; echo "exit $?"
pardon scan pictures -o out --k 2 --predictions said.csv --fail-under-raw-accuracy 0.01 > /dev/null 2>&1; echo "exit $?"
pardon scan pictures -o out --k 2 --fail-under-accuracy 0.5 2>&1 | tail -1
echo "# a scan compared with itself, and with one that judged nothing"
pardon scan pictures -o out --k 2 --predictions said.csv > /dev/null
pardon compare out out | numbers
pardon scan pictures -o plain --k 2 > /dev/null
pardon compare out plain | numbers; echo "exit ${PIPESTATUS[0]}"
pardon compare out; echo "exit $?"
echo "# wrong tables: nothing is begun"
printf 'file,label\n"a.jpg,cat\n' > quote.csv
for wrong in '--labels quote.csv' '--labels none.csv' '--labels said.csv --label-map said.csv' '--classes said.csv' '--restrict-classes --labels folders' \
  '--labels folders --predictions said.csv --prediction-files said.csv' '--fail-over-noisy 2'; do
  pardon scan pictures -o new $wrong; echo "exit $?"
done
ls new/images.csv
