pardon demo -o pictures --count 6 > /dev/null
: > pictures/broken.jpg
pardon scan pictures -o out --k 2 > /dev/null
pardon export out --npy features.npy
/usr/bin/python3 -c "import numpy; a = numpy.load('features.npy'); print(a.shape, a.dtype, bool(numpy.isfinite(a).all()))"
cat features.csv
pardon export nowhere --npy f.npy; echo "exit $?"
pardon export out; echo "exit $?"
