# on a terminal of 40 columns no line is as wide as that; after SIGHUP, sent twice, what was done is kept
pardon demo -o pictures --count 60 > /dev/null
cat > terminal.py <<'P'
import fcntl, os, pty, re, signal, struct, sys, termios
def run(ignored, *args):
    stop = True
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    pid = os.fork()
    if pid == 0:
        if ignored:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.dup2(side, 2)
        os.execvpe("pardon", ("pardon",) + args, dict(os.environ, TERM="xterm"))
    os.close(side)
    seen = b""
    while True:
        try:
            got = os.read(main, 65536)
        except OSError:
            break
        if not got:
            break
        seen += got
        if stop and re.search(rb"looking at pictures[^\r]* [1-9]\d*/60", seen):
            stop = False
            os.kill(pid, signal.SIGHUP)
            os.kill(pid, signal.SIGHUP)
    status = os.waitpid(pid, 0)[1]
    lines = [l for l in re.split(r"[\r\n]", seen.decode().replace("\x1b[K", "")) if l and "pardon:" not in l]
    print("lines" if lines else "no lines", "too wide" if max(map(len, lines)) > 39 else "narrow enough")
    if os.WIFSIGNALED(status):
        print("ended by", signal.Signals(os.WTERMSIG(status)).name, re.findall("pardon: [^\r\n]*", seen.decode()))
    else:
        print("exit", os.WEXITSTATUS(status))
run(sys.argv[1] == "ignored", *sys.argv[2:])
P
/usr/bin/python3 terminal.py heeded scan pictures -o out --threads 1
pardon scan pictures -o out --k 2 | grep -cE '^[1-9][0-9]* (known from|had been looked at)'
# ignored from the start (nohup), it stays ignored
/usr/bin/python3 terminal.py ignored scan pictures -o out2 --threads 1 --k 2 | grep -E "lines|exit"
