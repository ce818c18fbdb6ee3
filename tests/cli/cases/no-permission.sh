# root may read everything, so the program runs as nobody
mkdir photos out && chmod 777 . out && chmod 000 photos
if [ "$(id -u)" = 0 ]; then
  command -v setpriv >/dev/null || { echo "skip: running as root without setpriv"; exit 77; }
  setpriv --reuid=65534 --regid=65534 --clear-groups pardon scan photos -o out
else
  pardon scan photos -o out
fi
code=$?
chmod 755 photos
exit $code
