mkdir photos
pardon scan photos -o out --modle x.onnx; echo "exit $?"
pardon scan photos -o out --frobnicate; echo "exit $?"
pardon scan photos -o out -x; echo "exit $?"
pardon scan photos -o out --k
