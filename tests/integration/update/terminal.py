"""terminal: a program on a terminal of its own (pty(7)), as on_terminal.py and signal_at_prompt.py need it."""
import os
import pty


def start(command):
    """Starts `command` (path and arguments) on a new controlling terminal; gives its pid, our end, the terminal."""
    ours, theirs = pty.openpty()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.close(os.open(os.ttyname(theirs), os.O_RDWR))  # takes it as the controlling terminal
        for standard in range(3):
            os.dup2(theirs, standard)
        os.execv(command[0], command)
    return child, ours, theirs
