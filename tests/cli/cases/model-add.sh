/usr/bin/python3 "$TOOLS/make_onnx.py" models
pardon model add mine models/gemm.onnx; echo "exit $?"
pardon model add scaled models/gemm.onnx --scale unit --layer flat; echo "exit $?"
pardon model list | grep -A 2 -E '^(mine|scaled) '
echo "not a model" > text.onnx
pardon model add text text.onnx; echo "exit $?"
pardon model add gone gone.onnx; echo "exit $?"
pardon model add other models/gemm.onnx --layer fc2; echo "exit $?"
pardon model list | grep -cE '^(text|gone|other) '
