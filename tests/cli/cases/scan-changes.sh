pardon demo -o pictures --count 12 > /dev/null
pardon scan pictures -o out --k 2 | head -2
mv pictures/beach/beach-001.jpg "pictures/moved.jpg"
rm pictures/beach/beach-002.jpg
cp pictures/moved.jpg pictures/copy.jpg
pardon demo -o other --count 1 --seed 9 > /dev/null && mv other/*/*.jpg pictures/new.jpg
pardon scan pictures -o out --k 2 | head -2
cut -d, -f1-3 out/images.csv | grep -E 'moved|copy|new|beach'
