/usr/bin/python3 "$TOOLS/make_onnx.py" models
head -c 60 models/gemm.onnx > cut.onnx
pardon layers models/gemm.onnx
pardon layers cut.onnx; echo "exit $?"
pardon layers vgg61; echo "exit $?"
pardon layers vgg16; echo "exit $?"
pardon model add mine models/gemm.onnx > /dev/null
pardon layers mine | head -2
rm models/gemm.onnx
pardon layers mine; echo "exit $?"
