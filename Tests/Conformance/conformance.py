"""Holds Ingot to its claims over a corpus of models (corpus.py), with onnx and ONNX Runtime as judges.

    conformance.py CORPUS --ingot BINARY [--only PATTERN] [--sample N] [--claims A,B] [--json OUT]

Prints one line per failure and a table, and exits with 1 where a claim fails that deviations.txt does not explain, or
where a deviation explained there is gone. claims.py says what is claimed.
"""

import argparse
import collections
import fnmatch
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("--ingot", required=True, type=pathlib.Path)
    parser.add_argument("--only", default="*", help="models by name, with wildcards: node/test_add*")
    parser.add_argument("--sample", type=int, help="this many models, the same ones every time")
    parser.add_argument("--claims", help="some of the claims, with commas")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--json", type=pathlib.Path, help="where to write every verdict")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def models(arguments):
    """Names of all models, `kind/name`, and of those to look at."""
    every = [f"{path.parent.parent.name}/{path.parent.name}" for path in arguments.corpus.glob("*/*/model.onnx")]
    names = fnmatch.filter(every, arguments.only)
    if arguments.sample:
        names = sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())[: arguments.sample]
    return every, sorted(names)


class Deviations:
    """deviations.txt: `claim  model (with wildcards)  reason`; a deviation is explained by the first line that fits."""

    def __init__(self, path):
        self.entries, self.used = [], collections.Counter()
        for line in path.read_text().splitlines():
            if line.strip() and not line.startswith("#"):
                claim, pattern, reason = line.split(maxsplit=2)
                self.entries.append((claim, pattern, reason))

    def explains(self, claim, name):
        for entry in self.entries:
            if entry[0] == claim and fnmatch.fnmatchcase(name, entry[1]):
                self.used[entry] += 1
                return True
        return False

    def stale(self, every, names, claims):
        """Entries whose models were all looked at and hold."""
        seen = [entry for entry in self.entries if entry[0] in claims and set(fnmatch.filter(every, entry[1])) <= set(names)]
        return [entry for entry in seen if not self.used[entry]]


def worker(arguments):
    """Reads a name a line and answers with a line of JSON. Its own process: a runtime may crash on a model."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    import claims

    wanted = arguments.claims.split(",") if arguments.claims else list(claims.CLAIMS)
    corpus, binary = arguments.corpus.resolve(), arguments.ingot.resolve()
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)  # onnx leaves files of its own in the current folder
        ingot = claims.Ingot(binary, scratch)
        for line in sys.stdin:
            name = line.strip()
            verdicts = claims.check_model(corpus / name, ingot, wanted)
            answers.write(json.dumps(verdicts) + "\n")


def feed_worker(names, lock, verdicts):
    """One thread per worker process: takes names from the list, and starts another process after a crash."""
    command = [sys.executable, str(HERE / "conformance.py"), *sys.argv[1:], "--worker"]
    process = None
    while True:
        with lock:
            if not names:
                break
            name = names.pop()
        if process is None:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # fmt: skip
        try:
            process.stdin.write(name + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if answer:
            verdicts[name] = json.loads(answer)
        else:
            verdicts[name] = {"worker": ("fails", "the process that compares ended: a crash of a runtime or a mistake here")}
            process.kill()
            process = None
    if process:
        process.stdin.close()
        process.wait()


def main():
    arguments = parse_arguments()
    if arguments.worker:
        return worker(arguments)
    start = time.monotonic()
    every, names = models(arguments)
    if not names:
        sys.exit("no such models")
    verdicts, todo, lock = {}, names[::-1], threading.Lock()
    threads = [threading.Thread(target=feed_worker, args=(todo, lock, verdicts)) for _ in range(arguments.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.exit(report(arguments, every, names, verdicts, time.monotonic() - start))


def report(arguments, every, names, verdicts, seconds):
    """Prints failures and the table. Returns the exit code."""
    deviations = Deviations(HERE / "deviations.txt")
    counts = collections.defaultdict(collections.Counter)
    for name in names:
        for claim, (verdict, words) in verdicts[name].items():
            if verdict == "fails" and deviations.explains(claim, name):
                verdict = "explained"
            counts[claim][verdict] += 1
            verdicts[name][claim] = verdict, words
            if verdict == "fails":
                print(f"{claim:8} {name}: {words}")
    stale = deviations.stale(every, names, counts.keys())
    for claim, pattern, reason in stale:
        print(f"deviations.txt: nothing of {pattern} deviates from '{claim}' any more: {reason}")
    columns = ("holds", "explained", "incomparable", "fails")
    print(f"\n{len(names)} models in {seconds:.0f} s\n{'claim':10}" + "".join(f"{column:>14}" for column in columns))
    for claim, count in counts.items():
        print(f"{claim:10}" + "".join(f"{count[column]:14}" for column in columns))
    if arguments.json:
        arguments.json.write_text(json.dumps(verdicts, indent=1, sort_keys=True))
    return 1 if stale or any(count["fails"] for count in counts.values()) else 0


if __name__ == "__main__":
    main()
