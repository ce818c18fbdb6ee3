pardon demo -o pictures --count 24 > /dev/null
echo "# what can be refused is refused before a picture is measured"
pardon train; echo "exit $?"
pardon train pictures; echo "exit $?"
pardon train nowhere -o own.detector; echo "exit $?"
pardon demo -o few --count 5 > /dev/null
pardon train few -o own.detector; echo "exit $?"
pardon train pictures -o own.detector --leave-out fogg; echo "exit $?"
pardon train pictures -o own.detector --leave-out wheather; echo "exit $?"
pardon train pictures -o own.detector --leave-out blur --leave-out noise --leave-out resolution --leave-out weather \
  --leave-out tone --leave-out geometry --leave-out cut-off; echo "exit $?"
pardon train pictures -o missing/own.detector; echo "exit $?"
pardon train pictures -o few; echo "exit $?"
: > own.detector
pardon train pictures -o own.detector; echo "exit $?"
one=$(ls pictures/*/*.jpg | head -1); sum=$(cksum < "$one")
pardon train pictures -o "$one" --overwrite; echo "exit $?"
test "$sum" = "$(cksum < "$one")" && echo "unchanged"
ls
