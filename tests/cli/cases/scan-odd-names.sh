mkdir -p "my pictures"
pardon demo -o drawn --count 6 > /dev/null
i=0
for name in "with space.jpg" "grüße-日本.jpg" $'new\nline.jpg' "comma, \"quoted\".jpg" "-dash.jpg" $'bad-\xff-utf8.jpg'; do
  i=$((i + 1)); cp "$(ls drawn/*/*.jpg | sed -n ${i}p)" "my pictures/$name"
done
pardon scan "my pictures" -o "the results" --k 2 | tail -1
/usr/bin/python3 - <<'P'
import csv
rows = list(csv.reader(open("the results/images.csv", newline="", encoding="utf-8", errors="surrogateescape")))
for row in rows:
    print(ascii(row[:3]))
P
