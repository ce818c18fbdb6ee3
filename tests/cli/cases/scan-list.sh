pardon demo -o drawn --count 6 > /dev/null
{ echo "file,label"; (cd drawn && ls */*.jpg | head -4 | sed 's/$/,x/'); echo "gone.jpg,y"; } > drawn/list.csv
pardon scan drawn/list.csv -o out --k 2; echo "exit $?"
cut -d, -f1-3 out/images.csv
printf 'picture,label\na.jpg,1\n' > wrong.csv
pardon scan wrong.csv -o out2; echo "exit $?"
printf 'file,label\na.jpg,1\nb.jpg\n' > ragged.csv
pardon scan ragged.csv -o out3; echo "exit $?"
