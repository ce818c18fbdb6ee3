export PARDON_MODEL_MIRROR=http://127.0.0.1:9
pardon model get vgg16; echo "exit $?"
pardon model get vgg61; echo "exit $?"
pardon model frob; echo "exit $?"
