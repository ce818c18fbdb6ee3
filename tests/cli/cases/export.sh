pardon demo -o pictures --count 6 > /dev/null
: > pictures/broken.jpg
pardon scan pictures -o out --k 2 > /dev/null
pardon export out --npy features.npy
/usr/bin/python3 -c "import numpy; a = numpy.load('features.npy'); print(a.shape, a.dtype, bool(numpy.isfinite(a).all()))"
cat features.csv
echo "# its own files are replaced, nobody else's"
pardon export out --npy features.npy
printf 'file,label\r\na.jpg,cat\r\n' > keep.csv
pardon export out --npy keep.npy; echo "exit $?"
cat keep.csv; ls keep.npy
: > empty.csv
pardon export out --npy empty.npy; echo "exit $?"
pardon export nowhere --npy f.npy; echo "exit $?"
pardon export out; echo "exit $?"
echo "# the last scan read nothing, the one before did"
mkdir none && : > none/broken.jpg
pardon scan none -o out > /dev/null 2>&1
pardon export out --npy f.npy; echo "exit $?"
ls f.*
