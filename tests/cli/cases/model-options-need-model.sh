pardon demo -o pictures --count 2 > /dev/null
pardon scan pictures -o out --layer fc2; echo "exit $?"
pardon scan pictures -o out --model vgg61; echo "exit $?"
pardon scan pictures -o out --model vgg16; echo "exit $?"
pardon scan pictures -o out --model pictures/truth.csv; echo "exit $?"
