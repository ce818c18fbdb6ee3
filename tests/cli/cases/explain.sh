pardon demo -o pictures --count 8 > /dev/null
set -- pictures/*/*.[jp]*
echo "# a folder, nothing, no picture"
pardon explain pictures; echo "exit $?"
pardon explain "$1" pictures > out; echo "exit $?"; grep -c "to judge by" out
pardon explain; echo "exit $?"
pardon explain nowhere.jpg; echo "exit $?"
echo "no picture" > text.jpg
pardon explain text.jpg; echo "exit $?"
pardon explain "$1" --false-alarms 2; echo "exit $?"
pardon explain "$1" --detector text.jpg; echo "exit $?"
pardon explain "$1" --calibrate pictures; echo "exit $?"
pardon explain "$1" --calibrate nowhere; echo "exit $?"
echo "# one of two can be read: that is a result"
pardon explain text.jpg "$1" > out; echo "exit $?"
grep -c "to judge by" out
echo "# blurred beyond doubt; the numbers hang on the table, the words' shape does not"
mkdir sharp; cp "$1" sharp/one.png 2> /dev/null
pardon corrupt --kind gaussian-blur --severity 5 sharp -o blurred > /dev/null
pardon explain blurred/one.png > out; echo "exit $?"
sed -E 's/[0-9]+(\.[0-9]+)?/N/g; s/most like [a-z-]+/most like KIND/; s/\(a .*\)/(WHAT)/' out | head -2
grep -c "than in clean pictures\|(clean pictures" out > count; test "$(cat count)" -ge 1 && test "$(cat count)" -le 5 && echo "1 to 5 reasons"
echo "# JSON: one object a line, what cannot be read too"
pardon explain --json text.jpg blurred/one.png 2> /dev/null > json; echo "exit $?"
/usr/bin/python3 - <<'END'
import json
bad, one = [json.loads(line) for line in open("json")]
print(sorted(bad), bad["problem"])
print(*one)
print(one["file"], one["noisy"], one["family"], one["noise"] > one["noise_limit"], one["score"] > one["threshold"])
print(all(not r["clean_low"] <= r["value"] <= r["clean_high"] for r in one["reasons"]), 1 <= len(one["reasons"]) <= 5)
END
echo "# a file that breaks off"
head -c 3000 "$(ls pictures/*/*.jpg | head -1)" > broken.jpg
pardon explain broken.jpg | head -1; echo "exit $?"
pardon explain --json broken.jpg | /usr/bin/python3 -c 'import json, sys; e = json.load(sys.stdin); print(e["noisy"], e["noise"], e["kind"])'
