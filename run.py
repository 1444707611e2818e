#!/usr/bin/env python3
"""Start here: python3 run.py demo

Makes .venv beside this file, installs exactly the pinned packages, then runs what was asked for. Needs
nothing but Python 3.11 or newer. Written with the standard library only, and in words an old Python can read,
so that an old Python can say what is wrong instead of failing at a comma.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
WINDOWS = os.name == "nt"
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if WINDOWS else os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, ".installed")  # which lock files are in the venv; written last
UNFINISHED = os.path.join(VENV, ".unfinished")  # there while an installation runs; holds its process number
LOCKS = {"runtime": "requirements.lock", "dev": "requirements-dev.lock"}
DEV_COMMANDS = {
    "test": "tools.check",
    "lock": "tools.lock",
    "licences": "tools.licences",
    "po": "tools.po",
    "sbom": "tools.sbom",
}
OLDEST = (3, 11)
DEFAULT_PORT = 8000

HELP = """python3 run.py <command>

  demo   [--data DIR] [--port N] [--no-serve] [--lang zh|en]
         a demo organisation with three years of audits, then the site   带三年示例数据的演示站点
  serve  [--data DIR] [--port N]   the site with your own data      使用自己的数据运行
  test   [pytest arguments]        all checks and tests             全部检查与测试
  setup  [--dev]                   only install                     仅安装
  lock   [--upgrade]               pin the packages again           重新锁定依赖版本

Every other command is one of the site's own; list them with:       其他命令见:
  python3 run.py --commands
"""


def say(english, chinese):
    """One short sentence for each of the two kinds of readers."""
    print(english, flush=True)
    print(chinese, flush=True)


def stop(english, chinese):
    """Say why nothing more can be done, and leave with status 1."""
    sys.stdout.flush()
    print(english, file=sys.stderr)
    print(chinese, file=sys.stderr)
    sys.exit(1)


# --- the right Python ---------------------------------------------------------------------------------------


def newer_python():
    """A Python on this machine that is new enough, or None."""
    for minor in (13, 12, 11):
        found = shutil.which("python3.%d" % minor)
        if found:
            return found
    return None


def require_python():
    """Go on in a newer Python when this one is too old and there is one; else say what to install."""
    if tuple(sys.version_info[:2]) >= OLDEST:
        return
    better = newer_python()
    if better:
        sys.exit(subprocess.call([better, os.path.abspath(__file__), *sys.argv[1:]]))
    stop(
        "This program needs Python 3.11 or newer; this is Python %d.%d. Install a newer one and start again."
        % tuple(sys.version_info[:2]),
        "本程序需要 Python 3.11 或更高版本,请安装后重新运行。",
    )


# --- the virtual environment --------------------------------------------------------------------------------


def digest(kind):
    """A fingerprint of a lock file, whatever line ends git gave it."""
    with open(os.path.join(ROOT, LOCKS[kind]), "rb") as stream:
        return hashlib.sha256(stream.read().replace(b"\r\n", b"\n")).hexdigest()


def installed():
    """The kinds of lock whose present content is in the venv."""
    if not os.path.exists(PYTHON) or os.path.exists(UNFINISHED):
        return set()
    try:
        with open(STAMP, encoding="ascii") as stream:
            stamped = dict(line.split() for line in stream if line.strip())
    except (OSError, ValueError):
        return set()
    return {kind for kind in LOCKS if stamped.get(kind) == digest(kind)}


def running(process):
    """Whether a process of this number is alive; on Windows asking is not safe, so the answer is no."""
    if WINDOWS or process in (0, os.getpid()):
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_for_other_start():
    """When another start of this program is installing right now, let it finish."""
    told = False
    while os.path.exists(UNFINISHED):
        try:
            with open(UNFINISHED, encoding="ascii") as stream:
                process = int(stream.read() or 0)
        except (OSError, ValueError):
            return
        if not running(process):
            return
        if not told:
            say("Another start is installing; waiting for it …", "另一个进程正在安装,请稍候……")
            told = True
        time.sleep(0.5)


def usable():
    """Whether the venv's own Python starts and has pip; a system upgrade can break either."""
    if os.path.exists(UNFINISHED) or not os.path.exists(PYTHON):
        return False
    asked = "import sys, pip; sys.exit(sys.version_info[:2] < (3, 11))"
    return subprocess.call([PYTHON, "-c", asked], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def make_venv():
    """Make .venv from nothing."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        stop(
            "This Python cannot make virtual environments. Debian or Ubuntu: sudo apt install python3-venv",
            "当前 Python 无法创建虚拟环境。Debian/Ubuntu 请执行:sudo apt install python3-venv",
        )
    say("Making the virtual environment .venv …", "正在创建虚拟环境 .venv ……")
    shutil.rmtree(VENV, ignore_errors=True)
    os.makedirs(VENV, exist_ok=True)
    mark_unfinished()
    made = subprocess.run(
        [sys.executable, "-m", "venv", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if made.returncode != 0:
        sys.stderr.write(made.stdout.decode(errors="replace"))
        stop(
            "The virtual environment failed; see above. Debian or Ubuntu: sudo apt install python3-venv",
            "虚拟环境创建失败,原因见上。Debian/Ubuntu 请执行:sudo apt install python3-venv",
        )


def mark_unfinished():
    """Leave a mark that only a finished installation takes away."""
    with open(UNFINISHED, "w", encoding="ascii") as stream:
        stream.write(str(os.getpid()))


def clean_environment():
    """The environment without settings that would send pip's work somewhere else."""
    astray = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PYTHONHOME", "PYTHONPATH"}
    return {name: value for name, value in os.environ.items() if name not in astray}


def pip_install(kind):
    """Install one lock file, with a line of progress; returns pip's status and its last words."""
    lock = os.path.join(ROOT, LOCKS[kind])
    with open(lock, encoding="utf-8") as stream:
        total = len(re.findall(r"^[a-z0-9][^\s=]*==", stream.read(), re.MULTILINE))
    command = [PYTHON, "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-input", "-r", lock]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "--no-warn-script-location"]
    last = [""]
    count = 0
    pip = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=clean_environment(), cwd=ROOT
    )
    for raw in pip.stdout or ():
        line = raw.decode(errors="replace").rstrip()
        last = [*last[-11:], line]
        found = re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line)
        if found:
            count += 1
        if sys.stdout.isatty() and (found or line.startswith("Installing collected")):
            word = "%d/%d %s" % (count, total, found.group(1)) if found else "…"
            print("\r\033[K  " + word, end="", flush=True)
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)
    return pip.wait(), last


UNREACHABLE = re.compile(
    r"Retrying|NewConnection|ConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|Max retries"
    r"|name resolution|timed out|No matching distribution"
)


def install(kind):
    """Put the packages of a lock file into .venv, repairing it where a former start was interrupted."""
    wait_for_other_start()
    if kind in installed():
        return
    if not usable():
        make_venv()
    mark_unfinished()
    say("Installing the packages (once; a minute or two) …", "正在安装所需软件包(仅首次,约一两分钟)……")
    status, last = pip_install(kind)
    if status != 0:
        sys.stderr.write("\n".join(last) + "\n")
        if UNREACHABLE.search("\n".join(last)):
            stop(
                "The package index cannot be reached. Check the network, or set PIP_INDEX_URL to a mirror.",
                "无法连接软件包源。请检查网络或代理,或用 PIP_INDEX_URL 指定镜像后重试。",
            )
        stop("The packages could not be installed; see above.", "软件包安装失败,原因见上。")
    kinds = ["runtime", "dev"] if kind == "dev" else ["runtime"]
    with open(STAMP, "w", encoding="ascii") as stream:
        stream.write("".join("%s %s\n" % (each, digest(each)) for each in kinds))
    os.remove(UNFINISHED)


# --- translations, port, and off ----------------------------------------------------------------------------


def translations_are_old():
    """Whether any .po is newer than the .mo beside it; looks at dates only, which costs nothing."""
    base = os.path.join(ROOT, "audit_app", "translations")
    for folder, _folders, names in os.walk(base):
        for source in (os.path.join(folder, name) for name in names if name.endswith(".po")):
            compiled = source[:-3] + ".mo"
            if not os.path.exists(compiled) or os.stat(source).st_mtime_ns > os.stat(compiled).st_mtime_ns:
                return True
    return False


def compile_translations():
    """Make every .mo that is missing or old."""
    if translations_are_old() and subprocess.call([PYTHON, "-m", "tools.translations"], cwd=ROOT) != 0:
        stop("The translations could not be compiled; see above.", "翻译文件编译失败,原因见上。")


def option(arguments, name, default):
    """The value of `--name value` or `--name=value` on the command line."""
    for place, word in enumerate(arguments):
        if word == name and place + 1 < len(arguments):
            return arguments[place + 1]
        if word.startswith(name + "="):
            return word[len(name) + 1 :]
    return default


def why_not_listen(host, port):
    """None when the address is free, else "taken" or "forbidden"."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if (
            not WINDOWS
        ):  # there it would allow a second listener; here it only forgives connections that just closed
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except PermissionError:
            return "forbidden"
        except OSError:
            return "taken"
    return None


def check_port(command, arguments):
    """Say before anything is installed that a port cannot be used, and which one could."""
    wanted = option(arguments, "--port", str(DEFAULT_PORT))
    if "--no-serve" in arguments or not wanted.isdigit() or not 0 < int(wanted) < 65536:
        return  # nothing to listen on, or a word that the command itself explains better
    host, port = option(arguments, "--host", "127.0.0.1"), int(wanted)
    reason = why_not_listen(host, port)
    if reason is None:
        return
    others = range(max(port + 1, DEFAULT_PORT), 65536)
    other = next((number for number in others if why_not_listen(host, number) is None), DEFAULT_PORT)
    words = {"taken": ("is in use", "已被占用"), "forbidden": ("may not be used", "无权使用")}[reason]
    stop(
        "Port %d %s. Choose another: python3 run.py %s --port %d" % (port, words[0], command, other),
        "端口 %d %s,请换一个:python3 run.py %s --port %d" % (port, words[1], command, other),
    )


# What the venv's Python runs: the module, as `python -m` would, but Ctrl-C ends it without a traceback.
START = """
import runpy, sys
module = sys.argv.pop(1)
try:
    runpy.run_module(module, run_name="__main__", alter_sys=True)
except KeyboardInterrupt:
    sys.exit(130)
"""


def hand_over(module, arguments):
    """Become the venv's Python running a module; relative paths keep their meaning."""
    os.environ["PYTHONPATH"] = ROOT
    os.environ.setdefault("PYTHONUTF8", "1")
    command = [PYTHON, "-c", START, module, *arguments]
    sys.stdout.flush()
    if not WINDOWS:
        os.execv(PYTHON, command)  # noqa: S606  # the venv's own Python, with the arguments the user typed
    sys.exit(subprocess.call(command))


def main(arguments):
    """The command; does not return when the command starts something."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(HELP, end="")
        return
    command, rest = arguments[0], arguments[1:]
    if command in ("demo", "serve"):
        check_port(command, rest)
    install("dev" if command in DEV_COMMANDS or "--dev" in rest else "runtime")
    compile_translations()
    if command == "setup":
        say("Ready. Next: python3 run.py demo", "安装完成。下一步:python3 run.py demo")
    elif command in DEV_COMMANDS:
        os.chdir(ROOT)
        hand_over(DEV_COMMANDS[command], rest)
    else:
        hand_over("audit_app.cli", ["--help"] if command == "--commands" else arguments)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console without Chinese shows ? instead of failing
    require_python()
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    except PermissionError as error:
        stop("No permission to write: %s" % error.filename, "没有写入权限:%s" % error.filename)
