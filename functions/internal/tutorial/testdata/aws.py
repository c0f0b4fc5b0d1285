"""Debian's AWS CLI, loaded once: that takes most of a second of a processor, and the tests run fifty commands.

aws.py SOCKET loads it, says so, and runs what is asked for at the socket, until its standard input ends. aws.py SOCKET
ARGUMENT... asks for a command, which has the asker's folder, environment and files, and gives it its exit status.
"""
import json
import os
import select
import signal
import socket
import sys


def ask(path, arguments):
    server = socket.socket(socket.AF_UNIX)
    server.connect(path)
    command = json.dumps([arguments, os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(server, [b" "], [0, 1, 2])
    server.sendall(command)
    server.shutdown(socket.SHUT_WR)
    return server.recv(1)[0]


def serve(path):
    from awscli import clidriver
    clidriver.create_clidriver()  # loads what the CLI is made of
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    print("loaded", flush=True)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the commands' processes
    while sys.stdin not in select.select([server, sys.stdin], [], [])[0]:
        asker, _ = server.accept()
        if os.fork() == 0:
            os._exit(answer(asker, clidriver.main))
        asker.close()


def answer(asker, main):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, files, _, _ = socket.recv_fds(asker, 1, 3)
    for number, file in enumerate(files):
        os.dup2(file, number)
    arguments, folder, environment = json.load(asker.makefile())
    os.chdir(folder)
    environment["AWS_DATA_PATH"] = os.environ["AWS_DATA_PATH"]  # the CLI's own, set when it is loaded
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["aws", *arguments]
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    asker.send(bytes([status]))
    return 0


if __name__ == "__main__":
    if len(sys.argv) == 2:
        serve(sys.argv[1])
    else:
        sys.exit(ask(sys.argv[1], sys.argv[2:]))
